"""What was published or done stays: triggers that hold it against every client of the database.

Events may be deleted only inside a transaction that says it erases a person (`waymark.erasing`).
"""

from django.db import migrations

PROTECT = """
CREATE FUNCTION roadmap_edition_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'published_by_id' = to_jsonb(OLD) - 'published_by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published edition is never changed or deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER edition_is_immutable BEFORE UPDATE OR DELETE ON roadmap_edition
    FOR EACH ROW EXECUTE FUNCTION roadmap_edition_is_immutable();

CREATE FUNCTION roadmap_event_is_appended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('waymark.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Events are appended, never changed or deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_is_appended BEFORE UPDATE OR DELETE ON roadmap_event
    FOR EACH ROW EXECUTE FUNCTION roadmap_event_is_appended();

CREATE FUNCTION roadmap_milestone_is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.first_edition_id IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.slug = OLD.slug AND NEW.roadmap_id = OLD.roadmap_id
        AND NEW.first_edition_id = OLD.first_edition_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A published milestone keeps its slug and is retired, never deleted.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER milestone_is_permanent BEFORE UPDATE OR DELETE ON roadmap_milestone
    FOR EACH ROW EXECUTE FUNCTION roadmap_milestone_is_permanent();
"""

UNPROTECT = """
DROP TRIGGER milestone_is_permanent ON roadmap_milestone;
DROP FUNCTION roadmap_milestone_is_permanent();
DROP TRIGGER event_is_appended ON roadmap_event;
DROP FUNCTION roadmap_event_is_appended();
DROP TRIGGER edition_is_immutable ON roadmap_edition;
DROP FUNCTION roadmap_edition_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0001_initial")]

    operations = [migrations.RunSQL(PROTECT, UNPROTECT)]

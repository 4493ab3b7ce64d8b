/* What somebody types into a form of the admin is not lost without a word: leaving asks first, the page's own links
   to preview and review save first, and a copy stays in this browser until the form is saved or they log out. A copy
   belongs to a person and an address, and is offered when that person opens that form again. */
"use strict";
{
  const PREFIX = "waymark.form:";
  const LONGEST = 7 * 24 * 60 * 60 * 1000;
  const UNTYPED = ["submit", "button", "image", "reset", "file", "password"];
  const own = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  }

  const controls = (form) =>
    [...form.elements].filter(
      (control) =>
        control.name &&
        !control.name.includes("__prefix__") &&
        !["csrfmiddlewaretoken", "_form_key"].includes(control.name) &&
        !UNTYPED.includes(control.type),
    );

  // --- What was typed -----------------------------------------------------------------------------------------------

  const isTicked = (control) => control.type === "checkbox" || control.type === "radio";
  const entry = (control) => [
    control.name,
    isTicked(control) ? control.checked : control.value,
    control.selectedOptions?.[0]?.text ?? "",
  ];

  class Form {
    constructor(form) {
      this.form = form;
      this.hidden = new Map(controls(form).filter((c) => c.type === "hidden").map((c) => [c, c.value]));
      this.key = form.querySelector("input[name=_form_key]");
      this.isLeaving = false;
    }

    isTyped(control) {
      if (isTicked(control)) return control.checked !== control.defaultChecked;
      if (control.options) {
        const first = [...control.options].filter((option) => option.defaultSelected).at(-1) ?? control.options[0];
        return control.value !== (first?.value ?? "");
      }
      if (control.type === "hidden") return this.hidden.has(control) && this.hidden.get(control) !== control.value;
      return control.value !== control.defaultValue;
    }

    get isUnsaved() {
      return this.key?.dataset.unsaved !== undefined || controls(this.form).some((control) => this.isTyped(control));
    }

    get fields() {
      return controls(this.form).map(entry);
    }
  }

  // --- The copy in this browser -------------------------------------------------------------------------------------

  class Copy {
    constructor(form) {
      this.form = form;
      const roadmap = new URLSearchParams(location.search).get("roadmap") ?? "";
      this.prefix = `${PREFIX}${form.key.dataset.person}:${location.pathname}:${roadmap}:`;
    }

    get name() {
      return this.prefix + this.form.key.value;
    }

    write() {
      try {
        if (this.form.isUnsaved) localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), fields: this.form.fields }));
        else localStorage.removeItem(this.name);
      } catch { /* no room, or not allowed: the question before leaving stays */ }
    }

    /** The newest copy of this form that holds something else than the page. */
    get other() {
      const now = JSON.stringify(this.form.fields);
      return own()
        .filter((name) => name.startsWith(this.prefix))
        .map((name) => ({ name, ...read(name) }))
        .filter((copy) => JSON.stringify(copy.fields) !== now)
        .sort((one, two) => two.at - one.at)[0];
    }

    bringBack({ name, fields }) {
      for (const [control, value] of fields) if (control.endsWith("-TOTAL_FORMS")) this.addRows(control.slice(0, -12), Number(value));
      const byName = new Map(controls(this.form.form).map((control) => [control.name, control]));
      for (const [control, value, text] of fields) if (byName.has(control)) fill(byName.get(control), value, text);
      for (const control of byName.values()) if (this.form.isTyped(control)) control.closest("details")?.setAttribute("open", "");
      this.form.key.value = name.slice(this.prefix.length);
      history.replaceState({ ...history.state, formKey: this.form.key.value }, "");
      this.write();
    }

    addRows(prefix, wanted) {
      const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
      const add = document.querySelector(`#${prefix}-group .add-row a`);
      for (let rows = Number(total?.value); add && rows < wanted; rows += 1) add.click();
    }
  }

  function fill(control, value, text) {
    if (isTicked(control)) { control.checked = value; return; }
    if (control.options && ![...control.options].some((option) => option.value === value)) {
      control.add(new Option(text, value, false, true));
    }
    control.value = value;
    if (control.options) window.django?.jQuery(control).trigger("change"); // select2 shows what it hears of
  }

  function offer(copy, kept) {
    const section = document.createElement("section");
    section.className = "unsaved";
    section.setAttribute("aria-label", "What you had typed");
    section.tabIndex = -1;
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    const at = new Date(kept.at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    const button = (name, action) => {
      const made = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: name });
      made.addEventListener("click", action);
      return made;
    };
    const bring = button("Bring it back", () => {
      copy.bringBack(kept);
      words.textContent = "What you had typed is back in the form. It is not saved yet.";
      [bring, drop].forEach((made) => made.remove());
      section.focus();
    });
    const drop = button("Throw it away", () => {
      localStorage.removeItem(kept.name);
      section.remove();
      document.querySelector("#content h1")?.scrollIntoView();
    });
    section.append(words, bring, drop);
    copy.form.form.before(section);
    words.textContent = `You typed something here that was not saved (${at}).`;
  }

  // --- Saved, or too old, or nobody's any more ----------------------------------------------------------------------

  function clearSaved() {
    const saved = document.cookie.match(/(?:^|; )admin_saved=([^;]*)/)?.[1].split(".").filter(Boolean) ?? [];
    for (const name of own()) if (saved.some((key) => name.endsWith(`:${key}`))) localStorage.removeItem(name);
    if (saved.length) document.cookie = "admin_saved=; path=/admin/; max-age=0; SameSite=Lax";
  }

  function clearOld() {
    for (const name of own()) if (!(read(name)?.at > Date.now() - LONGEST)) localStorage.removeItem(name);
  }

  // --- A page -------------------------------------------------------------------------------------------------------

  function giveKeyBack(form) {
    const before = history.state?.formKey;
    const kept = own().some((name) => name.endsWith(`:${before}`));
    if (before && !kept && form.key.dataset.unsaved === undefined) form.key.value = before; // it was saved: say which it was
    else history.replaceState({ ...history.state, formKey: form.key.value }, "");
  }

  function keep(form) {
    const copy = new Copy(form);
    let waiting;
    const later = () => {
      form.isLeaving = false;
      clearTimeout(waiting);
      waiting = setTimeout(() => copy.write(), 300);
    };
    for (const event of ["input", "change", "formset:added", "formset:removed"]) form.form.addEventListener(event, later);
    window.addEventListener("pagehide", () => form.isLeaving || copy.write());
    document.addEventListener("visibilitychange", () => document.hidden && !form.isLeaving && copy.write());
    form.form.addEventListener("submit", () => copy.write());
    const kept = form.key.dataset.unsaved === undefined && copy.other;
    if (kept) offer(copy, kept);
    if (form.isUnsaved) copy.write();
  }

  function saveFirst(form) {
    for (const link of document.querySelectorAll(".draft-line a[data-back]")) {
      link.addEventListener("click", (event) => {
        const save = form.form.querySelector("[type=submit][name=_save]");
        if (event.ctrlKey || event.metaKey || event.shiftKey || !save || !form.isUnsaved) return;
        event.preventDefault();
        const back = Object.assign(document.createElement("input"), { type: "hidden", name: "_back", value: link.dataset.back });
        form.form.append(back);
        form.form.requestSubmit(save);
      });
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    clearSaved();
    clearOld();
    const forms = [...document.querySelectorAll("#content form[method=post]:not(#changelist-form)")].map((form) => new Form(form));
    for (const form of forms) {
      form.form.addEventListener("submit", () => { form.isSent = true; });
      if (!form.key) continue;
      giveKeyBack(form);
      if (form.key.dataset.copy !== undefined) keep(form);
      saveFirst(form);
    }
    window.addEventListener("pageshow", () => forms.forEach((form) => { form.isSent = false; }));
    window.addEventListener("beforeunload", (event) => {
      if (forms.some((form) => form.isUnsaved) && !forms.some((form) => form.isSent)) event.preventDefault();
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.action?.endsWith("/logout/")) return;
      forms.forEach((form) => { form.isLeaving = true; });
      own().forEach((name) => localStorage.removeItem(name));
    });
  });
}

"""From figures to geometry: where the lines and shapes of a picture go, for templates to draw. Pure: no I/O."""

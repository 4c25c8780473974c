// Behaviours of the operator's pages.
import "./plain.js";
import "./htmx.js";
import "./menu.js";
import "./panes.js";
import "./tabs.js";
import "./list.js";
import "./palette.js";
import "./remember.js";
import "./autosave.js";
import "./unsaved.js";
import "./files.js";
import "./text.js";
import "./time.js";

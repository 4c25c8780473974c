// Behaviours of the customer's pages. Everything works without them.
import "./plain.js";
import "./files.js";
import "./text.js";
import "./time.js";
import "./unsaved.js";

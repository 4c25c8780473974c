// Behaviours of pages for everyone: portal, sign-in, errors, paper.
import "./announce.js";
import "./dialog.js";
import "./hotkeys.js";
import "./forms.js";
import "./copy.js";

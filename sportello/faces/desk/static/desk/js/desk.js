// Behaviours of the desk's own screens.
import "./beside.js";
import "./verbs.js";
import "./recipients.js";
import "./saved-replies.js";
import "./place.js";
import "./countdown.js";
import "./mentions.js";

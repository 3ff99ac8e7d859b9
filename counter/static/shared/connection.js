// The one connection of a staff page: its rail and the page itself follow over the same.

import { Live } from "./live.js";

export const live = new Live();

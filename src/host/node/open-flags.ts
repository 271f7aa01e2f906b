import { constants } from "node:fs";

const { O_NOCTTY, O_NONBLOCK } = constants;

/** The same on x64 and arm64; Node does not name them. */
export const O_PATH = 0o10000000;
export const O_CLOEXEC = 0o2000000;
/** What every descriptor of ours is opened with: nothing waits, nothing becomes our terminal. */
export const O_ALWAYS = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

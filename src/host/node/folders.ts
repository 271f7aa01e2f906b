/** Where each system wants programs to keep things of a user: XDG's folders, macOS's or Windows's. */
import { within } from "../../base/within.ts";

/** What wherry can do without: the folder for all programs' caches. Throws where there is no home. */
export function cacheFolder(): string {
	const { LOCALAPPDATA } = process.env;
	const xdg = absolute("XDG_CACHE_HOME");
	if (xdg !== undefined) return xdg;
	if (process.platform === "win32" && LOCALAPPDATA !== undefined) return LOCALAPPDATA;
	return process.platform === "darwin" ? within(home(), "Library", "Caches") : within(home(), ".cache");
}

/** Images, pins and all else that wherry must not lose. Throws where there is no home. */
export function dataFolder(): string {
	const { LOCALAPPDATA } = process.env;
	const xdg = absolute("XDG_DATA_HOME");
	if (xdg !== undefined) return within(xdg, "wherry");
	if (process.platform === "win32" && LOCALAPPDATA !== undefined) return within(LOCALAPPDATA, "wherry");
	if (process.platform === "darwin") return within(home(), "Library", "Application Support", "wherry");
	return within(home(), ".local", "share", "wherry");
}

/** What a person writes and wherry reads: the trust policy. Throws where there is no home. */
export function configFolder(): string {
	const { APPDATA } = process.env;
	const xdg = absolute("XDG_CONFIG_HOME");
	if (xdg !== undefined) return within(xdg, "wherry");
	if (process.platform === "win32" && APPDATA !== undefined) return within(APPDATA, "wherry");
	if (process.platform === "darwin") return within(home(), "Library", "Application Support", "wherry");
	return within(home(), ".config", "wherry");
}

/** XDG demands absolute paths, and that others are ignored. */
function absolute(variable: string): string | undefined {
	const path = process.env[variable];
	return path?.startsWith("/") === true ? path : undefined;
}

function home(): string {
	const { HOME } = process.env;
	if (HOME === undefined || HOME === "") throw new Error("there is no home folder");
	return HOME;
}

import { Fault } from "../base/fault.ts";
import { orList } from "../base/near.ts";
import type { Descriptor, Platform } from "./descriptor.ts";
import type { ImageIndex } from "./manifest.ts";

/** `wasi/wasm`, `linux/arm64/v8`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
	return `${os}/${architecture}${variant === undefined || variant === "" ? "" : `/${variant}`}`;
}

/** Whether the labels say WebAssembly, in any of the ways that are in the wild. */
export function isWasmPlatform({ os, architecture }: Pick<Platform, "os" | "architecture">): boolean {
	return /^wasm(?:32|64)?$/i.test(architecture) || /^wasi/i.test(os);
}

/**
 * The manifests of an index that could run here, best first: WebAssembly for WASI, for a version of it,
 * any WebAssembly. Only where there is none: linux/amd64, which is how wasm is labelled for engines that
 * refuse another platform; its config tells whether it is.
 *
 * @param platform `OS/ARCH[/VARIANT]` to take that alone; "" for all of the above
 * @throws Fault FLAG_INVALID for a platform of another form; IMAGE_UNSUPPORTED when none fits
 */
export function candidates(index: ImageIndex, platform: string): readonly Descriptor[] {
	const ranked = index.manifests
		.map((descriptor) => ({ descriptor, rank: rankOf(descriptor.platform, platform) }))
		.filter(({ rank }) => rank < NEVER)
		.sort((one, other) => one.rank - other.rank);
	if (ranked.length === 0) throw noneFits(index, platform);
	const sure = ranked.filter(({ rank }) => rank < DOUBTFUL);
	return (sure.length > 0 ? sure : ranked).map(({ descriptor }) => descriptor);
}

/** @throws Fault FLAG_INVALID */
export function parsePlatform(text: string): Platform {
	const match = /^([\w.-]{1,40})\/([\w.-]{1,40})(?:\/([\w.-]{1,40}))?$/.exec(text);
	const [, os, architecture, variant] = match ?? [];
	if (os === undefined || architecture === undefined)
		throw new Fault("FLAG_INVALID", `cannot set --platform to '${text}'`, {
			note: "a platform is OS/ARCHITECTURE, and perhaps /VARIANT",
			help: ["--platform wasi/wasm", "--platform linux/amd64"],
		});
	return { os, architecture, ...(variant !== undefined && { variant }) };
}

const DOUBTFUL = 5;
const NEVER = 9;

function rankOf(platform: Platform | undefined, asked: string): number {
	// an index of one artifact often says nothing of platforms
	if (platform === undefined) return asked === "" ? DOUBTFUL : NEVER;
	if (asked !== "") return isSame(platform, parsePlatform(asked)) ? 0 : NEVER;
	const name = formatPlatform({ ...platform, variant: "" }).toLowerCase();
	const known = ORDER.indexOf(name);
	if (known >= 0) return known;
	return isWasmPlatform(platform) ? 4 : NEVER;
}

const ORDER = ["wasi/wasm", "wasip1/wasm", "wasip2/wasm", "wasi/wasm32", "", "", "linux/amd64"];

function isSame(one: Platform, asked: Platform): boolean {
	return (
		one.os.toLowerCase() === asked.os.toLowerCase() &&
		one.architecture.toLowerCase() === asked.architecture.toLowerCase() &&
		(asked.variant === undefined || asked.variant === one.variant)
	);
}

const NAMES_SHOWN = 8;

function noneFits(index: ImageIndex, platform: string): Fault {
	const names = new Set(
		index.manifests.flatMap((entry) => (entry.platform ? formatPlatform(entry.platform) : [])),
	);
	names.delete("unknown/unknown");
	const shown = [...names].slice(0, NAMES_SHOWN);
	const wanted = platform === "" ? "WebAssembly" : `'${platform}'`;
	return new Fault("IMAGE_UNSUPPORTED", `cannot find a variant of the image for ${wanted}`, {
		note:
			shown.length === 0
				? "its index names no platform that there is"
				: `its index has ${orList(shown, "and")}`,
	});
}

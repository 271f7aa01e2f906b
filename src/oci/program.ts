import { Fault } from "../base/fault.ts";
import { formatPlatform } from "./platform.ts";
import type { ImageShape } from "./shape.ts";

/** What the words of a `run` ask, as docker has them. */
export interface Asked {
	/** `--entrypoint`: takes the place of the image's, and drops its Cmd. */
	readonly entrypoint?: string;
	/** Words behind the image's name: they take the place of its Cmd. */
	readonly args: readonly string[];
}

/** What to start in an image's root. */
export interface Program {
	/** Where it may be, absolute, to be tried in this order. */
	readonly paths: readonly string[];
	/** What the guest sees as its own name, and its arguments. */
	readonly argv: readonly string[];
	/** The export to call, from `path#export` as runwasi has it; undefined for `_start`. */
	readonly entry: string | undefined;
}

/**
 * Which file of an ordinary image to start, and with what arguments.
 *
 * @throws Fault IMAGE_UNSUPPORTED when the image names none, or one for a processor
 */
export function programOf(image: ImageShape, asked: Asked): Program {
	const { Entrypoint, Cmd } = image.config.config;
	const entrypoint = asked.entrypoint === undefined ? Entrypoint : [asked.entrypoint];
	const cmd = asked.args.length > 0 || asked.entrypoint !== undefined ? asked.args : Cmd;
	const argv = [...entrypoint, ...cmd];
	const [named] = argv;
	if (named === undefined || named === "") throw noEntrypoint();
	const { file, entry } = splitEntry(named);
	if (!image.labelled && !/\.(?:wasm|wat)$/i.test(file)) throw forProcessor(image, file);
	return { paths: pathsOf(image, file), argv: [file, ...argv.slice(1)], entry };
}

/** runwasi's `path#export`. */
function splitEntry(named: string): { file: string; entry: string | undefined } {
	const match = /^(.*\.wasm)#(.+)$/s.exec(named);
	return { file: match?.[1] ?? named, entry: match?.[2] };
}

const PATH_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const PATHS_MAX = 20;

/** A name with a slash counts from the working directory; one without is looked for there, in `/` and in PATH. */
function pathsOf({ config }: ImageShape, file: string): readonly string[] {
	const home = joined("/", config.config.WorkingDir ?? "/");
	if (file.includes("/")) return [joined(home, file)];
	const path = config.config.Env.findLast((variable) => variable.startsWith("PATH="))?.slice(5);
	const folders = [
		home,
		"/",
		...(path ?? PATH_DEFAULT).split(":").filter((folder) => folder.startsWith("/")),
	];
	return [...new Set(folders.map((folder) => joined(folder, file)))].slice(0, PATHS_MAX);
}

/** An absolute path without `.`, `..` and empty names: in an image's root nothing is above `/`. */
function joined(base: string, path: string): string {
	const names: string[] = [];
	for (const name of (path.startsWith("/") ? path : `${base}/${path}`).split("/"))
		if (name === "..") names.pop();
		else if (name !== "" && name !== ".") names.push(name);
	return `/${names.join("/")}`;
}

function noEntrypoint(): Fault {
	return new Fault("IMAGE_UNSUPPORTED", "cannot tell which program of the image to run", {
		note: "its config has neither Entrypoint nor Cmd",
		help: "--entrypoint /app.wasm",
	});
}

function forProcessor({ config }: ImageShape, file: string): Fault {
	const platform = formatPlatform(config);
	return new Fault("IMAGE_UNSUPPORTED", `cannot run the image: it is made for ${platform.slice(0, 100)}`, {
		note: `it starts '${file.slice(0, 200)}', which is no .wasm file`,
		help: "--platform wasi/wasm, if it has such a variant; or run it with podman or docker",
	});
}

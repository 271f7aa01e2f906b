import type { ContainerConfig } from "../oci/config.ts";
import type { Platform } from "../oci/descriptor.ts";
import type { HistoryLine, ImageDraft, ProgramWithFiles } from "./assemble.ts";
import type { Context } from "./context.ts";
import { copyInto } from "./copy-files.ts";
import { RootFiles } from "./layer-files.ts";
import type { PlannedImage } from "./toolchain.ts";
import type { BuildFile } from "./wherry-toml.ts";

/** What flags add to any image. */
export interface ImageWords {
	readonly labels: ReadonlyMap<string, string>;
	readonly annotations: ReadonlyMap<string, string>;
	/** Undefined: wasi/wasm. */
	readonly platform: Platform | undefined;
}

export const WASI_PLATFORM: Platform = { os: "wasi", architecture: "wasm" };

export const NO_CONFIG: ContainerConfig = {
	ExposedPorts: [],
	Env: [],
	Entrypoint: [],
	Cmd: [],
	Volumes: [],
	Labels: {},
};

/** A compiled program, and all that was said of the image it goes into. */
export interface Compiled {
	readonly wasm: Uint8Array;
	/** Without an ending. */
	readonly name: string;
	readonly planned: PlannedImage | undefined;
	readonly buildFile: BuildFile;
	/** The project's folder, for files that go along. Asked for only when there are any. */
	readonly context: () => Context;
}

/**
 * The image of a compiled program: the lone artifact, unless there is something that only an image's
 * config or layers can say.
 *
 * @throws Fault BUILD_FILE_INVALID for files that are not there
 */
export function draftOf(compiled: Compiled, words: ImageWords): ImageDraft {
	const { wasm, name, buildFile } = compiled;
	const annotations = Object.fromEntries([...buildFile.annotations, ...words.annotations]);
	if (!needsImage(compiled, words)) return { type: "artifact", wasm, title: `${name}.wasm`, annotations };
	return draftImage(compiled, words, annotations);
}

function needsImage({ planned, buildFile }: Compiled, { labels, platform }: ImageWords): boolean {
	const { files, entrypoint, cmd, env, workdir, expose } = buildFile;
	const isLabelled = labels.size + buildFile.labels.size > 0;
	const isConfigured = entrypoint !== undefined || cmd !== undefined || workdir !== undefined;
	const isOther = platform !== undefined && (platform.os !== "wasi" || platform.architecture !== "wasm");
	return (
		planned !== undefined ||
		files.length + env.size + expose.length > 0 ||
		isLabelled ||
		isConfigured ||
		isOther
	);
}

function draftImage(
	compiled: Compiled,
	words: ImageWords,
	annotations: Readonly<Record<string, string>>,
): ProgramWithFiles {
	const { planned, buildFile, name } = compiled;
	const program = planned?.program ?? `/${name}.wasm`;
	const workdir = buildFile.workdir ?? planned?.workdir;
	const root = new RootFiles();
	root.startLayer(`wherry build: ${program}`);
	root.put(program, { kind: "file", bytes: compiled.wasm, executable: true });
	if (planned !== undefined) addPlanned(root, compiled.context(), planned);
	for (const { host, guest } of buildFile.files) {
		root.startLayer(`wherry build: ${host} to ${guest}`);
		copyInto(root, compiled.context(), host, guest);
	}
	if (workdir !== undefined) {
		root.startLayer(`wherry build: workdir ${workdir}`);
		root.makeDirectory(workdir);
	}
	return {
		type: "image",
		layers: root.layers,
		history: root.layers.map(({ createdBy }): HistoryLine => ({ createdBy, isEmpty: false })),
		config: {
			...NO_CONFIG,
			ExposedPorts: buildFile.expose.map(portText),
			Env: [...new Map([...(planned?.env ?? []), ...buildFile.env])].map(([key, value]) => `${key}=${value}`),
			Entrypoint: buildFile.entrypoint ?? planned?.entrypoint ?? [program],
			Cmd: buildFile.cmd ?? [],
			...(workdir !== undefined && { WorkingDir: workdir }),
			Labels: Object.fromEntries([...buildFile.labels, ...words.labels]),
		},
		platform: words.platform ?? WASI_PLATFORM,
		annotations,
	};
}

function addPlanned(root: RootFiles, context: Context, { files, to }: PlannedImage): void {
	root.startLayer(`wherry build: scripts to ${to}`);
	for (const file of files) copyInto(root, context, file, `${to}/${file}`);
}

/** `8080` is `8080/tcp`. */
export function portText(port: string): string {
	return port.includes("/") ? port.toLowerCase() : `${port}/tcp`;
}

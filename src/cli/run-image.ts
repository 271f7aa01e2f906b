/** `wherry run NAME`: from the name of an image to a program, every byte of it checked. */
import { existsSync } from "node:fs";
import { within } from "../base/within.ts";
import { Fault } from "../base/fault.ts";
import { nearMisses } from "../base/near.ts";
import type { Grants } from "../capability/grants.ts";
import { dataFolder } from "../host/node/folders.ts";
import { startAnew } from "../host/node/start-anew.ts";
import type { ImageConfig } from "../oci/config.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { MANIFEST_BYTES_MAX } from "../oci/limits.ts";
import { openImageNow } from "../oci/open-image.ts";
import { programOf } from "../oci/program.ts";
import {
	familiarName,
	formatReference,
	type ImageName,
	parseImageName,
	repositoryName,
} from "../oci/reference.ts";
import type { ImageShape, ModuleShape } from "../oci/shape.ts";
import { readIndex } from "../store/index-file.ts";
import { readBlob, readName } from "../store/read.ts";
import type { TreeDirectory } from "../sys/file-tree.ts";
import { HEADROOM_BYTES } from "../wasm/rewrite.ts";
import { isDirectory, likeProgram, notFound, PROGRAM_BYTES_MAX } from "./program.ts";
import type { Candidate } from "../trust/admission.ts";
import type { ImageOptions, RunOptions } from "./run-options.ts";
import { admitRun, openTrust } from "./trust/gate.ts";
import { hiddenWords, ourWords } from "./words.ts";

/** What is run, from a file or an image. */
export interface Program {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** With what an image says of itself filled in. */
	readonly options: RunOptions;
	/** The digest of the image, where it is one. */
	readonly digest: string | undefined;
	/** The files of the image. */
	readonly root: TreeDirectory | undefined;
}

/**
 * Finds the image, asks whether it may run, and reads its program. Pulls it where that is asked for.
 *
 * @throws Fault REFERENCE_INVALID, IMAGE_*, DIGEST_MISMATCH, LAYER_INVALID, REGISTRY_*, and what trust says
 */
export async function openImageProgram(options: RunOptions): Promise<Program> {
	const folder = within(dataFolder(), "images");
	const name = asWritten(folder, options);
	const shown = { ...options, file: shownName(name) };
	const root = await findOrPull(folder, name, shown, options.file);
	const { digest } = root;
	// before any byte of it is read: what is not trusted need not be there
	await demandTrust(folder, name, { digest, shown: shown.file }, options.image);
	const { shape } = openImageNow(
		(descriptor) => readBlob(folder, descriptor, MANIFEST_BYTES_MAX),
		root,
		options.image.platform,
	);
	return shape.kind === "module"
		? { ...moduleProgram(folder, shape, shown), digest }
		: { ...(await imageProgram(folder, shape, shown)), digest };
}

/**
 * A name before an id, and the beginning of an id before a name that is not here: docker's order. But not
 * so short a beginning that somebody can make an image for it, whose id then stands for `cafe`.
 */
function asWritten(folder: string, { file, image }: RunOptions): ImageName {
	const name = parseImageName(file);
	const start = /^(?:sha256:)?([0-9a-f]{12,63})$/.exec(file)?.[1];
	if (start === undefined || image.pull === "always" || find(folder, name) !== undefined) return name;
	const digests = readIndex(folder).entries.map(({ descriptor }) => descriptor.digest);
	const [digest, ...others] = new Set(digests.filter((one) => one.startsWith(`sha256:${start}`)));
	if (digest === undefined) return name;
	if (others.length === 0) return { kind: "digest", digest };
	throw new Fault("REFERENCE_INVALID", `'${file}' is the beginning of several ids`, {
		note: [digest, ...others].slice(0, 4),
		help: "wherry images --no-trunc    shows them whole",
	});
}

/**
 * A file of the working folder must not run for an image that was trusted under the same word: the folder
 * may be somebody else's work.
 *
 * @throws Fault USAGE
 */
export function refuseTwoMeanings(word: string): void {
	const image = storedUnder(word);
	if (image === undefined) return;
	throw new Fault("USAGE", `cannot tell which '${word}' is meant`, {
		note: ["there is a file of this name in the working folder", `and an image '${image}' in the store`],
		help: [`wherry run ./${word}    for the file`, `wherry run ${image}    for the image`],
	});
}

/** In full; undefined: there is no such image, or no store that could be read. */
function storedUnder(word: string): string | undefined {
	try {
		const name = parseImageName(word);
		if (find(within(dataFolder(), "images"), name) === undefined) return undefined;
		return name.kind === "digest" ? `@${name.digest}` : formatReference(name.reference);
	} catch (error) {
		// who has no home has no store either
		if (error instanceof Fault || process.env["HOME"] === undefined) return undefined;
		throw error;
	}
}

function shownName(name: ImageName): string {
	return name.kind === "digest" ? name.digest : familiarName(name.reference);
}

async function findOrPull(
	folder: string,
	name: ImageName,
	options: RunOptions,
	word: string,
): Promise<Descriptor> {
	const { pull } = options.image;
	const found = pull === "always" ? undefined : find(folder, name);
	if (found !== undefined) return found;
	// a folder of that name: more likely meant than an image that nobody has pulled
	if (pull !== "always" && existsSync(word)) throw isDirectory(word);
	// a slip in the name of a file is not to be asked of a registry
	if (pull !== "always" && /\.[^./:@]+$/.test(word) && likeProgram(word) !== undefined) throw notFound(word);
	if (pull === "never" || name.kind === "digest") throw notHere(folder, options);
	const { pullImage } = await import("./registry/pull-image.ts");
	const asked = pullAsked(options.image);
	const { descriptor } = await pullImage(name.reference, asked).catch((cause: unknown) => {
		throw nowhere(cause, folder, options);
	});
	// no guest is to run in a process that has talked to a registry: connections, credentials, other code
	const words = ourWords(process.argv.slice(2));
	startAnew(hiddenWords(wordsWithoutPull(words, options.args.length)));
	return descriptor;
}

/** The words of this run, not to pull again. Flags stand before the image's name; the last one counts. */
function wordsWithoutPull(words: readonly string[], args: number): readonly string[] {
	const name = words.length - args - 1;
	const at = words[name - 1] === "--" ? name - 1 : name;
	return words.toSpliced(at, 0, "--pull=never");
}

function pullAsked({ insecure, locked, platform, quiet, trustPolicy }: ImageOptions) {
	return {
		insecure,
		...(platform !== undefined && { platform }),
		progress: quiet ? "none" : "auto",
		trust: { policy: trustPolicy, locked },
	} as const;
}

/** By its digest, an image is found whatever it is called. */
function find(folder: string, name: ImageName): Descriptor | undefined {
	if (name.kind === "digest") return ofDigest(folder, name.digest);
	const { reference } = name;
	if (reference.digest === undefined) return readName(folder, formatReference(reference));
	return ofDigest(folder, reference.digest);
}

function ofDigest(folder: string, digest: string): Descriptor | undefined {
	return readIndex(folder).entries.find((entry) => entry.descriptor.digest === digest)?.descriptor;
}

async function demandTrust(
	folder: string,
	name: ImageName,
	image: Pick<Candidate, "digest" | "shown">,
	{ trustPolicy, locked, platform, policies, beyond }: ImageOptions,
): Promise<void> {
	const trust = await openTrust({ policy: trustPolicy, locked });
	const reference = name.kind === "digest" ? undefined : formatReference(name.reference);
	const meant = { ...image, reference, ...(platform !== undefined && { platform }) };
	if (trust.lock !== undefined) {
		const { demandPolicy } = await import("../trust/locked-to.ts");
		const { policyDigest } = await import("./trust/policy-digest.ts");
		demandPolicy(trust.lock, meant, policies.map(policyDigest), beyond);
	}
	await admitRun(trust, { ...meant, moment: "run" }, async () => {
		const { ImageStore } = await import("../store/image-store.ts");
		const repository = name.kind === "digest" ? "" : repositoryName(name.reference);
		return ImageStore.open(folder).repository(repository);
	});
}

type Opened = Omit<Program, "digest">;

function moduleProgram(folder: string, { layer, config }: ModuleShape, options: RunOptions): Opened {
	const { entrypoint, platform: _platform } = options.image;
	if (entrypoint !== undefined)
		throw new Fault("USAGE", `cannot take --entrypoint for '${options.file}'`, {
			note: "the image is one module, and has no files to choose from",
			help: `wherry run --invoke NAME ${options.file}`,
		});
	const bytes = readBlob(folder, layer, PROGRAM_BYTES_MAX, HEADROOM_BYTES);
	const words = config === undefined ? [] : [...config.config.Entrypoint, ...config.config.Cmd].slice(1);
	const args = options.args.length > 0 ? options.args : words;
	const grants = config === undefined ? options.grants : withEnv(options.grants, config);
	return { bytes, options: { ...options, args, grants }, root: undefined };
}

async function imageProgram(folder: string, shape: ImageShape, options: RunOptions): Promise<Opened> {
	const { programIn, readRoot } = await import("./image-root.ts");
	const { args, grants, image, invoke, limits } = options;
	const program = programOf(shape, {
		args: invoke === undefined ? args : [],
		...(image.entrypoint !== undefined && { entrypoint: image.entrypoint }),
	});
	const root = readRoot(folder, shape);
	const bytes = programIn(root, program.paths, options.file);
	const { WorkingDir } = shape.config.config;
	return {
		bytes,
		root,
		options: {
			...options,
			args: invoke === undefined ? program.argv.slice(1) : args,
			argv0: options.argv0 ?? program.argv[0],
			invoke: invoke ?? program.entry,
			grants: {
				...withEnv(withoutRootMount(grants, options), shape.config),
				root: { image: options.file, size_bytes: limits.storage_bytes, readOnly: image.readOnly },
				workdir: grants.workdir ?? (WorkingDir === "" || WorkingDir === "/" ? undefined : WorkingDir),
			},
		},
	};
}

/** The image's variables, and over them the person's. */
function withEnv(grants: Grants, { config }: ImageConfig): Grants {
	const env = new Map<string, string>();
	for (const word of config.Env) {
		const equals = word.indexOf("=");
		if (equals > 0) env.set(word.slice(0, equals), word.slice(equals + 1));
	}
	for (const [name, value] of grants.env) env.set(name, value);
	return { ...grants, env };
}

function withoutRootMount(grants: Grants, { file }: Pick<RunOptions, "file">): Grants {
	// the working folder, from which a run without an image could learn
	const others = grants.mounts.filter(({ origin }) => origin.where !== "--learn");
	if (others.length < grants.mounts.length)
		return withoutRootMount({ ...grants, mounts: others, workdir: undefined }, { file });
	const mount = grants.mounts.find(({ guest }) => guest === "/" || guest === ".");
	if (mount === undefined) return grants;
	throw new Fault("GRANT_REFUSED", `cannot mount over the root of '${file}'`, {
		note: `asked for by '${mount.origin.where}'`,
		help: mount.origin.where.startsWith("--learn-from") ? "--learn-from HOST:/mnt" : "-v HOST:/mnt",
	});
}

function notHere(folder: string, { file, image }: RunOptions): Fault {
	const near = nearNames(folder, file);
	return new Fault("IMAGE_NOT_FOUND", `cannot find the image '${file}'`, {
		note:
			image.pull === "never"
				? "it is not here, and --pull never forbids to ask its registry"
				: "it is not here",
		help: near.length > 0 ? near.map((name) => `wherry run ${name}`) : "wherry images",
	});
}

/** A registry that does not have it either: likely the name of one that is here was meant. */
function nowhere(cause: unknown, folder: string, { file, image }: RunOptions): unknown {
	const isNowhere =
		cause instanceof Fault && /^(?:REGISTRY_UNREACHABLE|REGISTRY_DENIED|IMAGE_NOT_FOUND)$/.test(cause.code);
	if (!isNowhere || image.pull === "always") return cause;
	return new Fault(cause.code, cause.message, {
		note: [...cause.notes, `it was asked because '${file}' is not on this machine`],
		help: [...nearNames(folder, file).map((name) => `wherry run ${name}`), ...cause.helps],
		cause,
	});
}

/** By what comes before the tag, which most have alike, unless the whole comes near. */
function nearNames(folder: string, file: string): readonly string[] {
	const names = readIndex(folder).entries.flatMap(({ name }) => name ?? []);
	const familiar = names.map((name) => name.replace(/^docker\.io\/(library\/)?/, ""));
	const stems = new Map(familiar.map((name) => [stemOf(name), name]));
	return nearMisses(stemOf(file), stems.keys()).map((stem) => stems.get(stem) ?? stem);
}

function stemOf(name: string): string {
	return name.replace(/:[^/]*$/, "");
}

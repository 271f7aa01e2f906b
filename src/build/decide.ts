/** What is to be done with a folder, before anything is done. */
import { basename, join } from "node:path";
import { Fault } from "../base/fault.ts";
import { chooseToolchain } from "./detect.ts";
import { isFromScratch } from "./dockerfile.ts";
import { listFolder } from "./listing.ts";
import { demandText } from "./small-text.ts";
import type { Finder, Listing, OptimiseFor, Plan, Toolchain } from "./toolchain.ts";
import { BUILD_FILE, type BuildFile, NO_BUILD_FILE, parseBuildFile } from "./wherry-toml.ts";

/** What was asked for on the command line; the rest is in the folder. */
export interface Asked {
	/** The folder, absolute. */
	readonly folder: string;
	/** As the person named it. */
	readonly shown: string;
	/** Of `-f`: a Dockerfile, absolute. */
	readonly dockerfile?: string;
	readonly profile?: OptimiseFor;
	/** As src/build/epoch.ts has it. */
	readonly epoch_s: number;
	/** An empty folder for what is made on the way, absolute. */
	readonly work: string;
}

export type Decision = FollowDockerfile | FollowPlan;

export interface FollowDockerfile {
	readonly type: "dockerfile";
	/** As it is to be named in errors. */
	readonly name: string;
	/** Absolute. */
	readonly path: string;
	readonly text: string;
	readonly notes: readonly string[];
}

export interface FollowPlan {
	readonly type: "plan";
	/** Undefined: the command of wherry.toml. */
	readonly toolchain: Toolchain | undefined;
	readonly plan: Plan;
	readonly profile: OptimiseFor;
	readonly buildFile: BuildFile;
	readonly notes: readonly string[];
}

/**
 * Decides: the Dockerfile that was named; what wherry.toml says; a Dockerfile that is FROM scratch; the
 * toolchain that the folder's files call for. Looks at files and programs, runs none but to ask for its
 * version.
 *
 * @throws Fault PROJECT_UNKNOWN, TOOLCHAIN_MISSING, BUILD_FILE_INVALID, FILE_UNREADABLE
 */
export async function decide(asked: Asked, find: Finder): Promise<Decision> {
	if (asked.dockerfile !== undefined) return dockerfileAt(asked.dockerfile);
	const listing = listFolder(asked.folder);
	const text = listing.text(BUILD_FILE);
	const buildFile = text === undefined ? NO_BUILD_FILE : await parseBuildFile(text);
	const dockerfile = ["Dockerfile", "Containerfile"].find((name) => listing.files.includes(name));
	const isOurs = dockerfile !== undefined && isFromScratch(listing.text(dockerfile) ?? "");
	if (isOurs && buildFile.command === undefined && buildFile.toolchain === undefined)
		return dockerfileAt(join(asked.folder, dockerfile), dockerfile);
	const decision = planFolder(asked, find, listing, buildFile);
	if (dockerfile === undefined || isOurs) return decision;
	const note = `${dockerfile} is not one stage FROM scratch and was left alone; -f ${dockerfile} says why it cannot be followed`;
	return { ...decision, notes: [...decision.notes, note] };
}

function dockerfileAt(path: string, name = basename(path)): FollowDockerfile {
	return { type: "dockerfile", name, path, text: demandText(path), notes: [] };
}

function planFolder(asked: Asked, find: Finder, listing: Listing, buildFile: BuildFile): FollowPlan {
	const profile = asked.profile ?? buildFile.profile ?? "speed";
	const common = { type: "plan", profile, buildFile } as const;
	const { folder, work, epoch_s } = asked;
	if (buildFile.command !== undefined)
		return { ...common, toolchain: undefined, plan: commandPlan(buildFile, folder), notes: [] };
	const toolchain = chooseToolchain(listing, buildFile.toolchain, asked.shown);
	const { flags, sources, name = "app" } = buildFile;
	const plan = toolchain.plan(listing, { profile, flags, sources, name, folder, work, epoch_s }, find);
	if ("missing" in plan) throw toolchainMissing(toolchain, plan.missing, plan.install, asked.shown);
	const outputs = buildFile.output === undefined ? plan.outputs : [join(folder, buildFile.output)];
	return { ...common, toolchain, plan: { ...plan, outputs }, notes: plan.notes ?? [] };
}

function commandPlan({ command = [], output }: BuildFile, folder: string): Plan {
	const [program, ...words] = command;
	if (program === undefined || program === "" || output === undefined)
		throw new Fault("BUILD_FILE_INVALID", `cannot follow ${BUILD_FILE}: a command needs an output`, {
			note: "build.command is a program and its words, build.output the .wasm that it leaves",
			help: `printf '[build]\\ncommand = ["make", "app.wasm"]\\noutput = "app.wasm"\\n' > ${BUILD_FILE}`,
		});
	return { steps: [{ type: "spawn", program, words }], outputs: [join(folder, output)] };
}

function toolchainMissing(
	toolchain: Toolchain,
	missing: string,
	install: readonly string[],
	shown: string,
): Fault {
	return new Fault("TOOLCHAIN_MISSING", `cannot build the ${toolchain.language} project in '${shown}'`, {
		note: [missing, `it is one by its files: ${toolchain.marks}`],
		help: install,
	});
}

/** What this machine has for the second wall, found without confining anything: for `wherry doctor`. */
import { release } from "node:os";
import { ENOSYS, EPERM, type SystemCalls, openSystemCalls } from "./system-calls.ts";
import { landlockVersion } from "./landlock.ts";
import { seccompMissing } from "./seccomp.ts";

export interface Survey {
	readonly platform: string;
	readonly architecture: string;
	readonly kernelRelease: string;
	readonly nodeVersion: string;
	/** What each part is, or why it is missing. */
	readonly parts: readonly SurveyedPart[];
}

export interface SurveyedPart {
	readonly name: "node:ffi" | "landlock" | "seccomp" | "no-new-privileges" | "openat2";
	readonly present: boolean;
	/** One sentence, without a full stop: what it does here, or why it is missing. */
	readonly detail: string;
	/** What to do about its absence. */
	readonly help: string | undefined;
}

const PR_GET_NO_NEW_PRIVS = 39;

export function surveyWalls(): Survey {
	return {
		platform: process.platform,
		architecture: process.arch,
		kernelRelease: release(),
		nodeVersion: process.version,
		parts: surveyParts(openSystemCalls()),
	};
}

function surveyParts(kernel: SystemCalls | undefined): SurveyedPart[] {
	if (kernel === undefined) return [...ALL_PARTS].map((name) => missing(name, ...whyNoKernel()));
	return [
		present("node:ffi", "calls the kernel from this process: walls, listeners, sockets of components"),
		surveyLandlock(kernel),
		surveySeccomp(kernel),
		surveyNoNewPrivileges(kernel),
		surveyOpenat2(kernel),
	];
}

const ALL_PARTS = ["node:ffi", "landlock", "seccomp", "no-new-privileges", "openat2"] as const;

function whyNoKernel(): [detail: string, help: string] {
	if (process.platform !== "linux")
		return [
			"the second wall, listeners and sockets of components are made of parts of Linux",
			"run wherry on Linux, or in a Linux VM or container",
		];
	if (process.arch !== "x64" && process.arch !== "arm64")
		return [`the second wall is not written for ${process.arch}`, "use a machine with x64 or arm64"];
	return [
		`Node ${process.version} has no node:ffi, or was forbidden it`,
		"use the Node that comes with wherry: npm install",
	];
}

function surveyLandlock(kernel: SystemCalls): SurveyedPart {
	const abi = landlockVersion(kernel);
	if (typeof abi === "string")
		return missing(
			"landlock",
			abi,
			"use a kernel of 5.13 or later with landlock in its lsm= list; 6.12 has all",
		);
	const covers = ["files"];
	if (abi >= 4) covers.push("TCP ports");
	if (abi >= 5) covers.push("devices");
	if (abi >= 6) covers.push("abstract sockets", "signals");
	return present("landlock", `version ${abi}: ${covers.join(", ")}`);
}

function surveySeccomp(kernel: SystemCalls): SurveyedPart {
	const reason = seccompMissing(kernel);
	return reason === undefined
		? present("seccomp", "only named system calls")
		: missing(
				"seccomp",
				reason,
				"use a kernel with CONFIG_SECCOMP_FILTER, or a container that allows seccomp",
			);
}

function surveyNoNewPrivileges(kernel: SystemCalls): SurveyedPart {
	const result = kernel.call("prctl", PR_GET_NO_NEW_PRIVS, 0);
	return result >= 0
		? present("no-new-privileges", "programs with setuid give nothing")
		: missing("no-new-privileges", `prctl answered errno ${-result}`, "use a kernel of 3.5 or later");
}

/** Not a wall, but how paths are kept beneath a grant in one step. */
function surveyOpenat2(kernel: SystemCalls): SurveyedPart {
	const result = kernel.call("openat2", -1, 0, 0, 0);
	return result === -ENOSYS || result === -EPERM
		? missing("openat2", "paths are walked name by name, which is slower", "use a kernel of 5.6 or later")
		: present("openat2", "resolves paths beneath a grant in one step");
}

function present(name: SurveyedPart["name"], detail: string): SurveyedPart {
	return { name, present: true, detail, help: undefined };
}

function missing(name: SurveyedPart["name"], detail: string, help: string): SurveyedPart {
	return { name, present: false, detail, help };
}

/** The survey as `wherry doctor` prints it: the machine, a table, and what to do. Pure. */
export function formatSurvey(survey: Survey): string {
	const { platform, kernelRelease, architecture, nodeVersion, parts } = survey;
	const width = Math.max(...parts.map(({ name }) => name.length));
	const lines = [`machine: ${platform} ${kernelRelease} ${architecture}, Node ${nodeVersion}`];
	for (const part of parts)
		lines.push(`  ${part.name.padEnd(width)}  ${part.present ? "yes" : "no "}  ${part.detail}`);
	const helps = new Set(parts.map(({ help }) => help).filter((help) => help !== undefined));
	for (const help of helps) lines.push(`help: ${help}`);
	return lines.join("\n") + "\n";
}

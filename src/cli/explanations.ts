import type { Code } from "../base/codes.ts";
import { BUILDING_EXPLANATIONS } from "./explanations/building.ts";
import { IMAGES_EXPLANATIONS } from "./explanations/images.ts";
import { REGISTRIES_EXPLANATIONS } from "./explanations/registries.ts";
import { TRUST_EXPLANATIONS } from "./explanations/trust.ts";

/** The long text of an error code: what `wherry explain CODE` prints. */
export interface Explanation {
	readonly means: string;
	readonly why: string;
	/** What to do about it. */
	readonly remedy: string;
	/** Something to type that does it right, or shows it. */
	readonly example: string;
}

/** One for every code there is: the type sees to that. */
export const EXPLANATIONS: Readonly<Record<Code, Explanation>> = {
	USAGE: {
		means:
			"The words do not make a command: something that has to be there is missing, or there is too much.",
		why: "Most often the file to run is missing, or stands behind an option that took it for its value.",
		remedy: "Compare with the usage line of the command's help. Options stand in front of the file.",
		example: "wherry run --help",
	},
	FLAG_UNKNOWN: {
		means: "The command has no option of this name.",
		why: "It may be a slip, an option of docker's that cannot apply to a WebAssembly program, or an option of the program itself: those stand behind the file.",
		remedy:
			"Take the name that the error offers, or move the option behind the file if it is the program's own.",
		example: "wherry run --memory 512m app.wasm --verbose",
	},
	FLAG_INVALID: {
		means: "The option exists, but its value cannot be read, or is out of range, or is missing.",
		why: "Sizes are written 64m or 1g, durations 10s or 1m30s, switches take true or false. Each limit has a least and a most.",
		remedy: "Write the value in the form that the note shows.",
		example: "wherry run --memory 512m --timeout 1m30s app.wasm",
	},
	COMMAND_UNKNOWN: {
		means: "The first word is neither a command of wherry nor a file that could be run.",
		why: "A word counts as a file when it ends in .wasm or .wat, holds a '/', or is the name of a file here.",
		remedy: "Take the command that the error offers, or write ./NAME for a file.",
		example: "wherry ./app.wasm",
	},
	GRANT_INVALID: {
		means: "A grant (a mount, a variable, a port, a rule of the network, a clock) could not be read.",
		why: "Its form is wrong, a part is missing, or it contradicts another one, as two mounts at one guest path do. A grant that is not understood is never guessed at.",
		remedy: "Write it in the form of the note. A path that holds ':' or ',' goes into --mount, in quotes.",
		example: `wherry run --mount 'type=bind,"source=./a:b",target=/data,readonly' app.wasm`,
	},
	GRANT_NOT_FOUND: {
		means: "A grant names a file or directory of the host that does not exist.",
		why: "wherry does not make missing directories, as docker does: what a program gets is there before, or the grant is a mistake.",
		remedy:
			"Correct the path, or make the directory first. For room that is needed only during the run, grant a tmpfs.",
		example: "mkdir -p out && wherry run -v ./out:/out app.wasm",
	},
	GRANT_REFUSED: {
		means: "The grant was understood and is not given.",
		why: "What it asks for would open more than a named piece: a whole network, or a hole in the wall around the program; or the system refused it, as it does a port that is taken or below 1024.",
		remedy: "Grant the one port, host or directory that the program needs.",
		example: "wherry run -p 8080:80 server.wasm",
	},
	POLICY_INVALID: {
		means: "A policy file could not be read as one.",
		why: "It is not TOML or JSON, holds a key that no policy has, or a grant in it is wrong. The note says where. Unknown keys are refused, because a grant or a limit with a slip in its name would silently not be there.",
		remedy: "Correct the place that the note names. A policy to start from is printed by --print-policy.",
		example: "wherry run --print-policy -v ./data:/data:ro > policy.toml",
	},
	CODE_UNKNOWN: {
		means: "There is no error code of this name to explain.",
		why: "Codes are the words in brackets at the end of an error's first line.",
		remedy: "List them all and take the one you mean.",
		example: "wherry explain",
	},
	FILE_NOT_FOUND: {
		means: "The file to run does not exist.",
		why: "The path is relative to the directory that wherry was started in. Names of images are not looked up by this version.",
		remedy: "Correct the path; wherry ends with status 127, as docker does for a command that is not found.",
		example: "wherry run ./build/app.wasm",
	},
	OUTPUT_UNWRITABLE: {
		means: "What wherry had to say could not be written to standard output.",
		why: "The disk of the file that it was sent to is full, or the device took no more. What is there is cut off.",
		remedy: "Make room, or send it elsewhere, and run the command again.",
		example: "df -h . && wherry inspect app.wasm > /tmp/app.txt",
	},
	FILE_UNREADABLE: {
		means: "The file to run exists but could not be read.",
		why: "Its permissions, or those of a directory above it, do not let you, or reading it failed.",
		remedy: "Give yourself the right to read it, or copy it to where you may.",
		example: "ls -l app.wasm && chmod u+r app.wasm",
	},
	FILE_IS_DIRECTORY: {
		means: "What was to be run is a directory.",
		why: "A program is one file. Toolchains write it somewhere below their output directory.",
		remedy: "Name the file.",
		example: "find . -name '*.wasm'",
	},
	NOT_WASM: {
		means: "The file is not WebAssembly.",
		why: "A module begins with the four bytes 00 61 73 6d. The note says what the file looks like instead: empty, text, a program for this machine, an archive.",
		remedy:
			"Compile the program for WASI (wasm32-wasip1, wasm32-wasi). Text in .wat form is read when the file's name ends so.",
		example: "clang --target=wasm32-wasip1 -o app.wasm app.c",
	},
	WAT_INVALID: {
		means: "The text of a .wat file is not a module.",
		why: "The note names the line and what was expected there.",
		remedy: "Correct that line.",
		example: "wherry run hello.wat",
	},
	MODULE_INVALID: {
		means: "The file begins as WebAssembly but breaks the format's rules.",
		why: "It is cut off, was changed on its way, or a tool wrote it wrong. Nothing of it has been run.",
		remedy: "Fetch or build it anew, and compare its size and checksum with the original's.",
		example: "sha256sum app.wasm",
	},
	MODULE_TOO_LARGE: {
		means: "The module, or something in it, is larger than what is accepted.",
		why: "Every length in a file is bounded before memory is set aside for it, so that a hostile file cannot exhaust the machine.",
		remedy:
			"Build it smaller: optimise for size, strip debug information, put data into files and grant those.",
		example: "wasm-opt -Oz --strip-debug app.wasm -o small.wasm",
	},
	FEATURE_MISSING: {
		means: "The module uses a part of WebAssembly that this engine does not have, or has not switched on.",
		why: "The note names the proposal. wherry runs on the V8 of Node, which has most of what is standard.",
		remedy: "Build without that feature, or with the standard form of it; or use a newer Node.",
		example: "wherry doctor",
	},
	COMPONENT_INVALID: {
		means: "The file begins as a component but breaks the component model's rules, or its own.",
		why: "It is cut off, was changed on its way, or a tool wrote it wrong. Nothing of it has been run.",
		remedy: "Build it anew, with a toolchain for WASI 0.2 or 0.3.",
		example: "wherry wit app.wasm",
	},
	IMPORT_UNKNOWN: {
		means: "The program imports functions, memories, globals or interfaces that nobody here provides.",
		why: "It was built for another host: a browser, emscripten's JavaScript, Go's wasm_exec.js, a plug-in system. The note names the imports and, where it can be seen, the toolchain.",
		remedy:
			"Build it for WASI. If a module never calls them, let them trap when it does; a component needs all its interfaces, and wherry wit shows them.",
		example: "wherry run --unknown-imports trap app.wasm",
	},
	IMPORT_MISMATCH: {
		means: "The module imports a function of WASI under the right name but with another signature.",
		why: "It was built against another version of the interface, or the import was declared by hand and wrong.",
		remedy: "Build it with a current wasi-libc or toolchain.",
		example: "wherry run --trace=wasi app.wasm",
	},
	FUNCTION_UNKNOWN: {
		means: "There is no such function, or no such module, whose text could be shown.",
		why: "FUNC is a function's index, imported ones counted first, the name of an export, or a name of the name section. An imported function has no text: the host gives it. A component may hold several core modules.",
		remedy: "Look at the outline, which has the indices and names; say with --in which module is meant.",
		example: "wherry wat --in 0.1 app.wasm",
	},
	ENTRY_MISSING: {
		means: "The program has nothing to start with, or not what the command needs.",
		why: "A module that is a program exports _start; a library (a reactor) exports _initialize and functions to be called by name. A component exports wasi:cli/run to be run, and a handler of wasi:http to be served. With --invoke, the named function is missing or is none.",
		remedy:
			"Call one of its exports, or link it as a command rather than as a library. What a component exports is shown by wherry wit.",
		example: "wherry run --invoke add library.wasm 2 3",
	},
	INVOKE_INVALID: {
		means: "The function of --invoke cannot be called with these arguments.",
		why: "Their number or kind is not what the function's type says. A module takes numbers, i32, i64, f32 or f64; a component takes values of every type but resources and streams, as WAVE writes them: \"text\", 'c', [1, 2], {field: 1}, some(1), ok(1), case(1).",
		remedy:
			"Give as many values as the note says: behind the file, or of a component in parentheses behind the function's name.",
		example: "wherry run --invoke add library.wasm 2 3",
	},
	NOT_GRANTED: {
		means: "The program asked for something that it was not granted, and did not succeed.",
		why: "A program starts with nothing: no files, no variables, no network. The note says which rule refused it. Some programs ask and go on without; then nothing is said.",
		remedy:
			"If you want it to have that, add the option of the help line: the smallest grant that would do. Use :ro where it only reads.",
		example: "wherry run --dir ./config.toml:/etc/app.toml:ro app.wasm",
	},
	TRAP: {
		means:
			"The program did something that WebAssembly stops: it reached 'unreachable' (an abort or a panic), read past its memory, divided by zero, or called through a wrong pointer.",
		why: "It is a fault in the program; nothing outside of it was touched. The functions that were running are listed, innermost first, with names when the module has them. The status is 134, as after an abort.",
		remedy:
			"Build with names and debug information to see more. If it happens only without some grant, look at what it asked for.",
		example: "wherry run --trace=wasi app.wasm",
	},
	TIMEOUT: {
		means: "The program ran longer than --timeout allows and was stopped, with status 124.",
		why: "Time counts from the program's first instruction, waiting included. A service goes on: there it is one request that took longer than --deadline, and was answered with 504.",
		remedy: "Allow more, if it is not hanging: a trace shows what it waits for.",
		example: "wherry run --timeout 5m app.wasm",
	},
	CPU_LIMIT: {
		means: "The program used more processor time than --cpu-time allows and was stopped, with status 152.",
		why: "Only time in which it computes counts; waiting does not.",
		remedy: "Allow more, or give it less to do.",
		example: "wherry run --cpu-time 1m app.wasm",
	},
	MEMORY_LIMIT: {
		means: "The program wanted more memory than --memory allows, and could not go on without.",
		why: "Growing fails as the specification says; most programs then abort. Or the module demands more at its start than is allowed.",
		remedy: "Allow more. A memory of 32-bit programs ends at 4 GiB whatever is allowed.",
		example: "wherry run --memory 3g app.wasm",
	},
	STACK_LIMIT: {
		means: "The program's calls went deeper than its stack allows.",
		why: "Recursion without end, or an input that is nested very deeply.",
		remedy:
			"If the depth is meant, allow more stack. A program in C has a second stack in its memory, which is set when it is linked.",
		example: "wherry run --stack 8m app.wasm",
	},
	LIMIT_REACHED: {
		means:
			"The program reached a limit other than time and memory: open descriptors, the size of a tmpfs, elements of tables.",
		why: "It got the error that a full system gives (no space, too many open files) and did not succeed.",
		remedy: "Raise the limit with the option of the help line.",
		example: "wherry run --ulimit nofile=4096 --tmpfs /tmp:size=256m app.wasm",
	},
	RUNTIME_MISSING: {
		means: "The Node that wherry runs on is not there, or does not start.",
		why: "wherry brings Node 26 as a package for each platform. It is missing when installed with --omit=optional or for another platform, or when a system library is missing (libatomic1 on Debian).",
		remedy: "Install again without leaving out optional packages; install the library that the note names.",
		example: "npm install && apt-get install libatomic1",
	},
	PLATFORM_UNSUPPORTED: {
		means: "This machine cannot do what was asked.",
		why: "No Node 26 is made for it (32-bit systems, musl libc), or the option needs a kernel's feature that this system lacks.",
		remedy: "Use Linux with glibc, macOS or Windows on x64 or arm64; or leave out the option.",
		example: "wherry doctor",
	},
	ISOLATION_MISSING: {
		means: "--isolation strict was asked for, and this machine cannot put up every wall.",
		why: "The second wall needs Linux with Landlock and seccomp. Older kernels, other systems and some containers lack them.",
		remedy:
			"Run where they are there, or without strict: the first wall, WebAssembly and wherry's own checks, always stands.",
		example: "wherry doctor",
	},
	...IMAGES_EXPLANATIONS,
	...REGISTRIES_EXPLANATIONS,
	...TRUST_EXPLANATIONS,
	...BUILDING_EXPLANATIONS,
	IO: {
		means: "The system refused something that wherry itself had to do.",
		why: "A disk is full, a device failed, a descriptor is closed, too many files are open. The note holds what the system said.",
		remedy: "Put right what the note names, and run again.",
		example: "df -h . && ulimit -n",
	},
	BUG: {
		means: "wherry came into a state that its makers thought impossible.",
		why: "It is a mistake in wherry, not in your program or your words.",
		remedy:
			"Please report it with the stack trace, the output of wherry version, and if possible the file that was run.",
		example: "wherry version",
	},
};

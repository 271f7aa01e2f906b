/** What happens to a store when processes are killed at any moment, many work on it, or the disk is full. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryDirectory } from "../support/temporary.ts";
import { checkStore, checkSwept, readSaid } from "./store-check.ts";

const WORKER = join(import.meta.dirname, "worker.ts");
const KILLS = 15;
const KILL_WITHIN_MS = 250;
const NEIGHBOURS = 8;
const STEPS = 25;
/** Guards against hanging, never measures. */
const GUARD = { timeout: 180_000 };

interface Worker {
	readonly child: ChildProcess;
	readonly output: () => string;
	readonly firstWords: Promise<void>;
	readonly ended: Promise<number | null>;
}

function startWorker(folder: string, name: string, steps?: number): Worker {
	const words = steps === undefined ? [] : [String(steps)];
	const child = spawn(process.execPath, [WORKER, folder, name, ...words], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let output = "";
	const firstWords = new Promise<void>((settle, refuse) => {
		child.stdout.on("data", (piece: Buffer) => {
			output += piece.toString();
			settle();
		});
		child.on("close", () => {
			refuse(new Error(`${name} ended in silence`));
		});
	});
	firstWords.catch(() => undefined); // whoever waits for it still learns of it
	const ended = new Promise<number | null>((settle) => {
		child.on("close", settle);
	});
	return { child, output: () => output, firstWords, ended };
}

test(
	`a process killed at ${KILLS} random moments loses nothing that it said was done`,
	GUARD,
	async (context) => {
		const folder = join(temporaryDirectory(context), "images");
		let output = "";
		for (let kill = 0; kill < KILLS; kill++) {
			const worker = startWorker(folder, "solo");
			await worker.firstWords;
			await sleep(Math.random() * KILL_WITHIN_MS);
			worker.child.kill("SIGKILL");
			await worker.ended;
			// a line cut off by the kill ends here; the next process is another
			output += worker.output().replace(/[^\n]*$/, "");
			checkStore(folder, readSaid(output));
		}
		checkSwept(folder);
		checkStore(folder, readSaid(output));
	},
);

test(
	`${NEIGHBOURS} processes at once put, name and collect, one of them is killed, and all is there`,
	GUARD,
	async (context) => {
		const folder = join(temporaryDirectory(context), "images");
		const workers = Array.from({ length: NEIGHBOURS }, (_, index) => startWorker(folder, `w${index}`, STEPS));
		const victim = startWorker(folder, "victim");
		await victim.firstWords;
		await Promise.race(workers.map(({ ended }) => ended));
		victim.child.kill("SIGKILL");
		await victim.ended;
		for (const { ended } of workers) assert.equal(await ended, 0);
		const check = () => {
			for (const { output } of [...workers, victim]) checkStore(folder, readSaid(output()));
		};
		check();
		checkSwept(folder);
		check();
	},
);

/** A real disk of 2 MB, full in the middle of the work. */
const FULL_DISK = `
mount -t tmpfs -o size=2m none "$1" || exit 77
node=$2 worker=$3 check=$4
"$node" "$worker" "$1/images" full 400 > "$5" 2> "$6" && echo "it never was full"
exec "$node" "$check" "$1/images" "$5"
`;

const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0;

test(
	"a disk that is full leaves a store that opens, and all that was said to be done",
	{ skip: mayMount ? false : "this machine lets us mount nothing (unshare -m)" },
	(context) => {
		const folder = temporaryDirectory(context);
		const place = temporaryDirectory(context);
		const words = [place, process.execPath, WORKER, join(import.meta.dirname, "check-said.ts")];
		const { status, stdout, stderr } = spawnSync(
			"unshare",
			["-m", "sh", "-c", FULL_DISK, "sh", ...words, join(folder, "said"), join(folder, "error")],
			{ encoding: "utf8", timeout: GUARD.timeout },
		);
		assert.deepEqual([stdout, stderr, status], ["IO\nwhole\n", "", 0]);
	},
);

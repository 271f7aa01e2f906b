import assert from "node:assert/strict";
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../../../../test/support/temporary.ts";
import { type ConfinedPlace, missingWalls, type Probe, probe } from "./testing/confined.ts";
import { eachSyscall } from "./syscalls.ts";

const skip = missingWalls();

/** A granted directory to write and one to read, a granted file, and what lies beside them. */
function grants(context: TestContext): { outside: string; places: readonly ConfinedPlace[] } {
	const outside = temporaryDirectory(context);
	for (const name of ["write", "write/a", "write/b", "read", "single"]) mkdirSync(join(outside, name));
	for (const name of ["secret", "write/a/one", "write/old", "read/text", "single/file", "single/sibling"])
		writeFileSync(join(outside, name), `in ${name}`);
	symlinkSync("../secret", join(outside, "write/out"));
	symlinkSync("a/one", join(outside, "write/in"));
	linkSync(join(outside, "write/old"), join(outside, "write/older"));
	const place = (name: string, path: string, kind: "directory" | "file", readOnly: boolean) => ({
		name,
		path: join(outside, path),
		kind,
		readOnly,
	});
	return {
		outside,
		places: [
			place("write", "write", "directory", false),
			place("read", "read", "directory", true),
			place("file", "single/file", "file", true),
			place("single", "single/file", "file", false),
		],
	};
}

interface Case {
	readonly probe: Probe;
	/** Behind the wall. */
	readonly answers: unknown;
}

/** What a guest was granted it may still do, by every way our host code takes. */
const GRANTED: Readonly<Record<string, Case>> = {
	"a file in a directory is read": {
		probe: ({ fs, at }) => fs.readFileSync(at("read", "text"), "utf8"),
		answers: "in read/text",
	},
	"a single file is read": {
		probe: ({ fs, at }) => fs.readFileSync(at("file"), "utf8"),
		answers: "in single/file",
	},
	"a single file is written": {
		probe: ({ fs, at }) => {
			fs.writeFileSync(at("single"), "new");
			return fs.readFileSync(at("single"), "utf8");
		},
		answers: "new",
	},
	"a directory is listed": {
		probe: ({ fs, at }) => fs.readdirSync(at("write")).sort(),
		answers: ["a", "b", "in", "old", "older", "out"],
	},
	"a symlink that stays inside is followed": {
		probe: ({ fs, at }) => fs.readFileSync(at("write", "in"), "utf8"),
		answers: "in write/a/one",
	},
	"a symlink is read": { probe: ({ fs, at }) => fs.readlinkSync(at("write", "out")), answers: "../secret" },
	"a file is made, appended to, cut and dated": {
		probe: ({ fs, at }) => {
			const path = at("write", "new");
			fs.writeFileSync(path, "12345");
			fs.appendFileSync(path, "6789");
			const descriptor = fs.openSync(path, "r+");
			fs.ftruncateSync(descriptor, 6);
			fs.futimesSync(descriptor, 1, 2);
			fs.utimesSync(path, 1, 2);
			fs.fsyncSync(descriptor);
			fs.closeSync(descriptor);
			return [fs.readFileSync(path, "utf8"), fs.statSync(path).mtimeMs];
		},
		answers: ["123456", 2000],
	},
	"a file is cut by opening it": {
		probe: ({ fs, at }) => {
			fs.closeSync(fs.openSync(at("write", "old"), fs.constants.O_WRONLY | fs.constants.O_TRUNC));
			return fs.statSync(at("write", "old")).size;
		},
		answers: 0,
	},
	"a file goes to another directory": {
		probe: ({ fs, at }) => {
			fs.renameSync(at("write", "a/one"), at("write", "b/two"));
			return fs.readFileSync(at("write", "b/two"), "utf8");
		},
		answers: "in write/a/one",
	},
	"a file gets a second name in another directory": {
		probe: ({ fs, at }) => {
			fs.linkSync(at("write", "b/two"), at("write", "a/three"));
		},
		answers: "done",
	},
	"a file held by O_PATH is linked through /proc/self/fd": {
		probe: ({ fs, at, kernel }) => {
			const held = fs.openSync(at("write", "b/two"), 0o10000000);
			const from = Buffer.from(`/proc/self/fd/${held}\0`);
			return kernel.call("linkat", -100, from, -100, Buffer.from(at("write", "a/four\0")), 0x400);
		},
		answers: 0,
	},
	"a file held by O_PATH is opened through /proc/self/fd": {
		probe: ({ fs, at }) => {
			const held = fs.openSync(at("write", "b/two"), 0o10000000);
			return fs.readFileSync(`/proc/self/fd/${held}`, "utf8");
		},
		answers: "in write/a/one",
	},
	"an O_PATH descriptor of a directory is a place to start from": {
		probe: ({ fs, at, kernel }) => {
			const held = fs.openSync(at("write", "b"), 0o10000000);
			return kernel.call("openat", held, Buffer.from("two\0"), 0) > 0;
		},
		answers: true,
	},
	"directories, links and files are removed": {
		probe: ({ fs, at }) => {
			fs.mkdirSync(at("write", "c"));
			fs.symlinkSync("x", at("write", "c/link"));
			fs.unlinkSync(at("write", "c/link"));
			fs.rmdirSync(at("write", "c"));
		},
		answers: "done",
	},
	"a file opened before keeps working": {
		probe: ({ fs }) => fs.writeSync(2, "still heard\n"),
		answers: 12,
	},
};

/** What no one granted stays out of reach, for this thread as for others. */
const REFUSED: Readonly<Record<string, Case>> = {
	"a file outside is read": {
		probe: ({ fs, given }) => fs.readFileSync(`${given["outside"]}/secret`, "utf8"),
		answers: "EACCES",
	},
	"a file outside is read through ..": {
		probe: ({ fs, at }) => fs.readFileSync(at("write", "../secret"), "utf8"),
		answers: "EACCES",
	},
	"a symlink that leads outside is followed": {
		probe: ({ fs, at }) => fs.readFileSync(at("write", "out"), "utf8"),
		answers: "EACCES",
	},
	"the sibling of a single file is read": {
		probe: ({ fs, given }) => fs.readFileSync(`${given["outside"]}/single/sibling`, "utf8"),
		answers: "EACCES",
	},
	"a directory outside is listed": { probe: ({ fs }) => fs.readdirSync("/"), answers: "EACCES" },
	"our own memory is opened": { probe: ({ fs }) => fs.openSync("/proc/self/mem", "r+"), answers: "EACCES" },
	"our own environment is read": {
		probe: ({ fs }) => fs.readFileSync("/proc/self/environ"),
		answers: "EACCES",
	},
	"a file outside is made": {
		probe: ({ fs, given }) => {
			fs.writeFileSync(`${given["outside"]}/made`, "");
		},
		answers: "EACCES",
	},
	"a file outside is removed": {
		probe: ({ fs, given }) => {
			fs.unlinkSync(`${given["outside"]}/secret`);
		},
		answers: "EACCES",
	},
	"a file outside gets a name inside": {
		probe: ({ fs, at, given }) => {
			fs.linkSync(`${given["outside"]}/secret`, at("write", "mine"));
		},
		answers: "EXDEV",
	},
	"a file outside gets other permissions": {
		probe: ({ fs, given }) => {
			fs.chmodSync(`${given["outside"]}/secret`, 0o777);
		},
		answers: "EPERM",
	},
	"a read-only directory is written to": {
		probe: ({ fs, at }) => {
			fs.writeFileSync(at("read", "new"), "");
		},
		answers: "EACCES",
	},
	"a file in a read-only directory is written": {
		probe: ({ fs, at }) => fs.openSync(at("read", "text"), "r+"),
		answers: "EACCES",
	},
	"a file of a read-only directory moves to a writable one": {
		probe: ({ fs, at }) => {
			fs.renameSync(at("read", "text"), at("write", "text"));
		},
		answers: "EACCES",
	},
	"a FIFO is made": {
		probe: ({ at, kernel }) => kernel.call("mknodat", -100, Buffer.from(at("write", "fifo\0")), 0o010644, 0),
		answers: -1,
	},
	"a device is opened": { probe: ({ fs }) => fs.openSync("/dev/null", "r"), answers: "EACCES" },
	"a program is run": {
		probe: ({ childProcess }) => childProcess.spawnSync("/bin/true").error?.message,
		answers: "spawnSync /bin/true EPERM",
	},
	"this process becomes another program": {
		probe: ({ kernel }) => kernel.call("execve", Buffer.from("/nowhere\0"), 0, 0),
		answers: -1,
	},
	"a connection is made": {
		probe: async ({ net, given }) =>
			new Promise((resolve, reject) => {
				net.connect(Number(given["port"]), "127.0.0.1").on("connect", resolve).on("error", reject);
			}),
		answers: "EPERM",
	},
	"a port is listened on": {
		probe: async ({ net }) =>
			new Promise((resolve, reject) => {
				net
					.createServer()
					.on("error", reject)
					.listen(0, () => {
						resolve("listening");
					});
			}),
		answers: "EPERM",
	},
	"the parent is signalled": { probe: () => process.kill(process.ppid, 0), answers: "EPERM" },
	"a file outside is read by libuv's pool": {
		probe: async ({ fs, given }) => fs.promises.readFile(`${given["outside"]}/secret`, "utf8"),
		answers: "EACCES",
	},
	"a file outside is read by a worker started later": {
		probe: async ({ workerThreads, given }) =>
			new Promise((resolve, reject) => {
				const path = JSON.stringify(`${given["outside"]}/secret`);
				const code = `process.getBuiltinModule("fs").readFileSync(${path}, "utf8")`;
				const worker = new workerThreads.Worker(code, { eval: true });
				worker.on("error", reject).on("exit", resolve);
			}),
		answers: "EACCES",
	},
	"a file outside is opened by the threads there were before": {
		probe: ({ inEveryOtherThread, kernel, libc, threads, given }) => {
			const path = libc.nativeMemory(4096);
			path.bytes.write(`${given["outside"]}/secret`);
			const args = [-100, Number(path.address), 0];
			const results = inEveryOtherThread(kernel, { name: "openat", args }, () => threads);
			if (results === undefined) return "not all answered";
			const all = [...results.values()];
			return { asked: all.length === threads.length - 1, refused: all.every((result) => result === -13) };
		},
		answers: { asked: true, refused: true },
	},
	"Landlock is asked for again": {
		probe: ({ kernel }) => kernel.call("landlock_create_ruleset", 0, 0, 1),
		answers: -38,
	},
};

test("behind the wall", { skip }, async (context) => {
	const { outside, places } = grants(context);
	const given = { outside, port: String(await listen(context)) };
	const cases = { ...GRANTED, ...REFUSED };
	const probes = Object.fromEntries(Object.entries(cases).map(([title, each]) => [title, each.probe]));
	const { walls, answers, threadStates, exit } = await probe({ places, given }, probes);

	for (const { name, missing } of walls)
		await context.test(`${name} stands`, () => {
			assert.equal(missing, undefined);
		});
	for (const title of Object.keys(GRANTED))
		await context.test(`granted: ${title}`, () => {
			assert.deepEqual(answers[title], cases[title]?.answers);
		});
	for (const title of Object.keys(REFUSED))
		await context.test(`refused: ${title}`, () => {
			assert.deepEqual(answers[title], cases[title]?.answers);
		});
	await context.test("every thread has no new privileges and a filter", () => {
		assert.ok(threadStates.length > 5);
		for (const state of threadStates) assert.match(state, /^NoNewPrivs:\t1\nSeccomp:\t2$/m);
	});
	await context.test("the process ends as it was told to", () => {
		assert.deepEqual(exit, { code: 0, signal: null });
	});
});

test("without the wall every refused probe finds what it looks for", async (context) => {
	const { outside, places } = grants(context);
	const given = { outside, port: String(await listen(context)) };
	const probes = Object.fromEntries(Object.entries(REFUSED).map(([title, each]) => [title, each.probe]));
	const { answers } = await probe({ places, given, open: true }, probes);
	for (const [title, each] of Object.entries(REFUSED))
		await context.test(title, () => {
			assert.notDeepEqual(answers[title], each.answers);
		});
});

test("with nothing to write, times cannot be set and names not be changed", { skip }, async (context) => {
	const { places } = grants(context);
	const { answers } = await probe(
		{ places: places.filter((place) => place.readOnly) },
		{
			read: ({ fs, at }) => fs.readFileSync(at("read", "text"), "utf8"),
			date: ({ fs, at }) => {
				fs.utimesSync(at("read", "text"), 1, 1);
			},
			rename: ({ fs, at }) => {
				fs.renameSync(at("read", "text"), at("read", "other"));
			},
			make: ({ fs, at }) => {
				fs.mkdirSync(at("read", "new"));
			},
		},
	);
	assert.deepEqual(answers, { read: "in read/text", date: "EPERM", rename: "EPERM", make: "EPERM" });
});

test("every call that is named as refused answers so", { skip }, async () => {
	const rules: Record<string, string> = {};
	eachSyscall("x64", (name, _number, rule) => {
		rules[name] = rule;
	});
	const { answers } = await probe(
		{ given: rules },
		{
			// Arguments that do no harm should one get through.
			refused: ({ kernel, given }) => {
				const wrong: string[] = [];
				for (const [name, rule] of Object.entries(given)) {
					const expected = rule === "absent" ? -38 : -1;
					if (
						rule !== "absent" &&
						rule !== "never" &&
						!/^(connected|sockets|listening)/.test(rule) &&
						rule !== "writing"
					)
						continue;
					const answer = kernel.call(name as never, -1, -1, -1, -1, -1, -1);
					if (answer !== expected && answer !== -38) wrong.push(`${name} ${answer}`);
				}
				return wrong;
			},
		},
	);
	assert.deepEqual(answers.refused, []);
});

test("with listeners, connections are taken and used but none is made", { skip }, async (context) => {
	const { outside, places } = grants(context);
	const greeting = greetingFrom(join(outside, "write/port"));
	const { answers } = await probe(
		{ places, listeners: true },
		{
			take: async ({ server, fs, at }) => {
				const taken = new Promise((resolve) => {
					server?.on("connection", (socket) =>
						socket.end("welcome", () => {
							resolve("taken");
						}),
					);
				});
				const address = server?.address() as AddressInfo;
				fs.writeFileSync(at("write", "port"), `${address.port}\n`);
				return taken;
			},
			make: ({ kernel }) => kernel.call("socket", 2, 1, 0),
			connect: ({ kernel }) => kernel.call("connect", 0, 0, 0),
		},
	);
	assert.equal(await greeting, "welcome");
	assert.deepEqual(answers, { take: "taken", make: -1, connect: -1 });
});

/** What the server says whose port appears in a file. */
async function greetingFrom(portFile: string): Promise<string> {
	let port = "";
	for (let tries = 0; !port.endsWith("\n"); tries += 1) {
		assert.ok(tries < 3000, "no server after 30 s");
		await new Promise((resolve) => setTimeout(resolve, 10));
		if (existsSync(portFile)) port = readFileSync(portFile, "utf8");
	}
	let text = "";
	for await (const chunk of connect(Number(port), "127.0.0.1").setEncoding("utf8")) text += chunk;
	return text;
}

/** A server that takes connections until the test ends; answers its port. */
async function listen(context: TestContext): Promise<number> {
	const server = createServer((socket) => socket.end());
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	context.after(() => server.close());
	return (server.address() as AddressInfo).port;
}

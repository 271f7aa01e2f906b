/** The worker's side of `wherry serve`: links the component, raises the wall, and answers requests. */
import { Fault } from "../../base/fault.ts";
import { elaborate } from "../../component/elaborate.ts";
import { entryOf } from "../../component/entry.ts";
import { worldOf } from "../../component/world.ts";
import { coreCompiler } from "../../guest/component-cores.ts";
import { openEngine } from "../../host/node/engine.ts";
import { memoryDiscarder } from "../../host/node/memory-pool.ts";
import { type ComponentService, makeInstance } from "../../serve/component-serving.ts";
import { Meters } from "../../serve/meters.ts";
import { Metrics } from "../../serve/metrics.ts";
import { Pool } from "../../serve/pool.ts";
import { Service } from "../../serve/service.ts";
import { CHANNEL_FD, FIRST_GIVEN_FD } from "../../serve/supervisor.ts";
import { serveAsWorker, SupervisorLink } from "../../serve/worker.ts";
import { End } from "../../wasi/end.ts";
import { readDefinitions } from "../../wasm/component/read-definitions.ts";
import { linkComponent, withWit } from "../component/link-component.ts";
import { confine } from "../confine.ts";
import { faultText } from "../print.ts";
import { needsOf } from "../run-component.ts";
import type { RunOptions } from "../run-options.ts";
import { meteredCore, renewableCore } from "./service-cores.ts";
import { say, serviceEvents } from "./service-report.ts";
import { openServiceWorld } from "./service-world.ts";
import { readFrame, type StartFrame } from "./start-frame.ts";

/** How many instances are kept ready. Of a fresh one each, more than come at once from one client's page. */
const IDLE_FRESH = 16;

/** Answers the exit status, when the supervisor has had enough. */
export async function runWorker(): Promise<number> {
	// a terminal sends its signals to all of us; the supervisor says what they mean
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
	const frame = readFrame();
	const supervisor = new SupervisorLink(CHANNEL_FD);
	const { format } = frame.options.run;
	process.on("uncaughtException", (cause) => {
		// of a guest that was ended, in a task that nobody waits for any more
		if (cause instanceof End) return;
		say(faultText(ourMistake(cause), format));
		process.exit(BUG_STATUS);
	});
	try {
		await work(frame, supervisor);
		return 0;
	} catch (cause) {
		if (!(cause instanceof Fault)) throw cause;
		const text = faultText(withWit(cause, frame.options.run.file), format);
		supervisor.tell({ type: "failed", text, exit: cause.exit });
		return cause.exit;
	} finally {
		await supervisor.close();
	}
}

async function work(frame: StartFrame, supervisor: SupervisorLink): Promise<void> {
	const { options, tls, hasListener, log } = frame;
	const { limits, place } = options;
	const run = frame.learns ? await withLearning(options.run, supervisor) : options.run;
	const hasPrefixes = options.logPrefix;
	const meters = new Meters(limits.deadline_ms);
	const { linked, entry, names, imports, http } = await link(frame, meters);
	const { opened, fresh, given, hasOwnFiles } = await openServiceWorld(run, frame.root, {
		http,
		hasPrefixes,
	});
	// what is drawn once for an instance is not to be told to two clients
	const canRenew = !hasOwnFiles && !names.some((name) => name.includes("/insecure-seed@"));
	const discard = memoryDiscarder();
	const served: ComponentService = {
		linked,
		entry,
		imports,
		world: fresh,
		given,
		canRenew,
		hasPrefixes,
		discard,
		meters,
	};
	const metrics = new Metrics();
	const pool = new Pool({
		make: () => makeInstance(served),
		reuse: limits.reuse,
		idle: limits.reuse === 1 ? IDLE_FRESH : limits.concurrent,
		memory_bytes: limits.memory_bytes,
		metrics,
	});
	await serveAsWorker({
		place: hasListener ? { fd: FIRST_GIVEN_FD } : place,
		limits,
		http: options.http,
		tls,
		log: log === undefined ? undefined : { ...log, fd: log.isOutput ? 1 : LOG_FD, format: options.logFormat },
		metrics,
		pool,
		service: new Service(pool, metrics, serviceEvents(options, supervisor)),
		supervisor,
		// it accepts connections, whatever else was granted
		beforeServing() {
			confine({ ...opened, listens: true }, run.isolation);
			run.learning?.begin();
		},
	});
}

async function withLearning(run: RunOptions, supervisor: SupervisorLink): Promise<RunOptions> {
	const { Learning } = await import("../learn/journal.ts");
	const learning = new Learning(() => (use) => {
		supervisor.tell({ type: "used", text: JSON.stringify(use) });
		return true;
	});
	return { ...run, learning };
}

const BUG_STATUS = 125;
const STACK_LINES_MAX = 8;

/** Another worker takes its place; what happened is said. */
function ourMistake(cause: Error): Fault {
	return new Fault("BUG", `a worker failed in a way it should not: ${cause.message}`, {
		note: (cause.stack ?? "").split("\n").slice(1, STACK_LINES_MAX),
		help: "please report it, with the output of: wherry version",
		cause,
	});
}

const LOG_FD = FIRST_GIVEN_FD + 1;

async function link(
	{
		bytes,
		options: {
			run,
			limits: { concurrent },
		},
	}: StartFrame,
	meters: Meters,
) {
	const { file, limits } = run;
	const elaborated = elaborate(readDefinitions(bytes));
	const world = worldOf(elaborated);
	// each request is a call that returns, at which V8 sees by itself what is worth to be optimised
	const compileCapped = coreCompiler(bytes, { file, limits, engine: openEngine(), plain: true });
	const compile = (core: Uint8Array<ArrayBuffer>) => meteredCore(compileCapped(core), meters);
	const linked = await linkComponent(bytes, elaborated, {
		file,
		mode: "jspi",
		compile,
		compilePooled: (core) => renewableCore(compileCapped(core), meters, concurrent + IDLE_FRESH),
	});
	const entry = entryOf(linked.exports, "service");
	if (entry === undefined) throw new Fault("BUG", `cannot find the handler of '${file}'`);
	const names = [...world.imports.keys()];
	return { linked, entry, names, imports: tracksOf(names), http: needsOf(world).http };
}

function tracksOf(imports: readonly string[]): ComponentService["imports"] {
	return new Set(imports.map((name) => (/@0\.3\./.test(name) ? "0.3" : "0.2")));
}

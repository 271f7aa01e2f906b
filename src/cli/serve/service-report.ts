/** What a worker tells of the guests that failed, were too slow, or were refused something. */
import { statSync, writeSync } from "node:fs";
import { Fault, type FaultText } from "../../base/fault.ts";
import type { Denial } from "../../capability/denial.ts";
import { formatDuration } from "../../capability/quantity.ts";
import { denialFault, tellingDenials } from "../../capability/suggest.ts";
import { ended } from "../../guest/ended.ts";
import type { Outcome } from "../../guest/outcome.ts";
import type { ServedExchange } from "../../host/node/http-server-exchange.ts";
import type { SupervisorLink } from "../../serve/worker.ts";
import { NoAnswer, type ServiceEvents } from "../../serve/service.ts";
import { ResponseMissing } from "../../wasi/http/handler.ts";
import { endingFault } from "../run-report.ts";
import { faultText } from "../print.ts";
import type { ServeOptions } from "./serve-options.ts";

const STANDARD_ERROR = 2;
/** Refusals that were told; the supervisor tells each once as well, whichever worker it comes from. */
const TOLD_MAX = 256;

export function serviceEvents({ run, limits }: ServeOptions, supervisor: SupervisorLink): ServiceEvents {
	const told = new Set<string>();
	const print = (fault: Fault) => say(faultText(fault, run.format));
	return {
		failed: (exchange, cause) => print(failure(exchange, cause, run)),
		late: (exchange) =>
			print(
				new Fault(
					"TIMEOUT",
					`request ${exchange.id} took longer than ${formatDuration(limits.deadline_ms)}`,
					{
						note: [asked(exchange), "it was ended by --deadline"],
						help: `--deadline ${formatDuration(limits.deadline_ms * 2)}`,
					},
				),
			),
		tooLarge: (exchange) =>
			print(
				new Fault(
					"MEMORY_LIMIT",
					`request ${exchange.id} was ended: all requests together had too much memory`,
					{
						note: [asked(exchange), `those of one worker may have ${limits.memory_bytes / 2 ** 20} MiB`],
						help: "--max-memory, or a smaller --memory for each",
					},
				),
			),
		unable: (exchange, cause) => print(failure(exchange, cause, run)),
		denied(denials) {
			// an instance that is used again keeps what it was refused before
			const unknown = denials.filter((denial) => !told.has(keyOf(denial)));
			if (unknown.length === 0 || told.size >= TOLD_MAX) return;
			for (const denial of unknown) told.add(keyOf(denial));
			for (const denial of tellingDenials(unknown, lookUp)) {
				const text = faultText(denialFault(denial, run.grants, lookUp), run.format);
				supervisor.tell({ type: "once", text });
			}
		},
	};
}

/** Never throws: a request is told what went wrong, even if that was ours or the machine's. */
function failure(exchange: ServedExchange, cause: unknown, run: ServeOptions["run"]): Fault {
	try {
		return guestFailure(exchange, cause, run);
	} catch (fault) {
		if (!(fault instanceof Fault)) throw fault;
		return withRequest(fault, exchange);
	}
}

function guestFailure(
	exchange: ServedExchange,
	cause: unknown,
	{ file, limits }: ServeOptions["run"],
): Fault {
	if (cause instanceof NoAnswer || cause instanceof ResponseMissing) {
		const did = cause instanceof NoAnswer ? "it returned without an answer" : cause.reason;
		return new Fault("TRAP", `'${file}' did not answer request ${exchange.id}`, {
			note: [asked(exchange), did],
		});
	}
	const outcome = outcomeOf(cause);
	if (outcome.type === "exit")
		return new Fault(
			"TRAP",
			`'${file}' ended itself in request ${exchange.id}, with status ${outcome.code}`,
			{
				note: [asked(exchange), "a service returns from each request, and does not exit"],
			},
		);
	const fault = endingFault(withoutOffsets(outcome), file, limits);
	return fault === undefined
		? new Fault("TRAP", `'${file}' failed`, { note: [`request ${exchange.id}`, asked(exchange)] })
		: withRequest(fault, exchange);
}

/** An instance's own ending is in what it throws. */
function outcomeOf(cause: unknown): Outcome {
	return ended({ end: undefined }, cause);
}

/** What was put in to meter the code has moved it; functions are what they were. */
function withoutOffsets(outcome: Outcome): Outcome {
	if (outcome.type !== "trap") return outcome;
	return { ...outcome, frames: outcome.frames.map((frame) => ({ ...frame, offset: undefined })) };
}

function withRequest(fault: Fault, exchange: ServedExchange): Fault {
	const text: FaultText = {
		note: [`request ${exchange.id}: ${asked(exchange)}`, ...fault.notes],
		help: fault.helps,
		cause: fault.cause,
	};
	return new Fault(fault.code, fault.message, text);
}

const TARGET_CHARACTERS_MAX = 200;

function asked({ head, address }: ServedExchange): string {
	const target = head.pathWithQuery.slice(0, TARGET_CHARACTERS_MAX);
	return `${head.method} ${target} from ${address}`;
}

function keyOf(denial: Denial): string {
	return JSON.stringify(denial, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/** Looking things up is what the second wall leaves. */
function lookUp(path: string): "file" | "directory" | "missing" {
	try {
		return statSync(path).isDirectory() ? "directory" : "file";
	} catch {
		return "missing";
	}
}

/** Whoever reads standard error may have gone: that ends no service. */
export function say(text: string): void {
	try {
		writeSync(STANDARD_ERROR, text);
	} catch {}
}

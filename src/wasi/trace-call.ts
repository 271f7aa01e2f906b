import { ComponentError } from "./host-interface.ts";
import type { TraceSink } from "./p1/trace.ts";
import { type Names, valuesText, valueText } from "./trace-values.ts";

/** Between the guest's values and those of the host: the resources in them are others. */
export interface Shadows extends Names {
	/** A value of the host's as the guest is shown it: the same where no resource is in it. */
	before(value: unknown): unknown;
	/** A value of the guest's as the host knows it. */
	behind(value: unknown): unknown;
}

export type Call = (...values: unknown[]) => unknown;

/** A function of the guest's side that calls `call` with what is behind its values, and tells so. */
export function tracedCall(name: string, call: Call, shadows: Shadows, sink: TraceSink): Call {
	return (...values) => {
		const line = `${name}(${valuesText(values, shadows)})`;
		// what ends the guest may not return
		if (name.startsWith("wasi:cli/exit.")) sink(line);
		try {
			const answer = call(...values.map((value) => shadows.behind(value)));
			if (answer instanceof Promise) return meanwhile(line, answer, shadows, sink);
			return told(line, answer, shadows, sink);
		} catch (error) {
			throw toldError(line, error, shadows, sink);
		}
	};
}

function meanwhile(
	line: string,
	answer: Promise<unknown>,
	shadows: Shadows,
	sink: TraceSink,
): Promise<unknown> {
	sink(`${line} = (waits)`);
	return answer.then(
		(value) => told(line, value, shadows, sink),
		(error: unknown) => {
			throw toldError(line, error, shadows, sink);
		},
	);
}

function told(line: string, answer: unknown, shadows: Shadows, sink: TraceSink): unknown {
	const shown = shadows.before(answer);
	sink(answer === undefined ? `${line} = ()` : `${line} = ${valueText(shown, shadows)}`);
	return shown;
}

function toldError(line: string, error: unknown, shadows: Shadows, sink: TraceSink): unknown {
	if (!(error instanceof ComponentError)) return error;
	const payload = shadows.before(error.payload);
	sink(`${line} = error ${valueText(payload, shadows)}`);
	return payload === error.payload ? error : new ComponentError(payload);
}

import type { Host, HostInterface } from "./host-interface.ts";
import type { TraceSink } from "./p1/trace.ts";
import { tracedCall } from "./trace-call.ts";
import { ResourceShadows } from "./trace-resources.ts";
import { kebabCase } from "./trace-values.ts";

/**
 * The same host, telling each call: `wasi:cli/stdout.get-stdout() = output-stream#1`, and where it failed
 * `descriptor#2.open-at({symlink-follow}, "a", {}, {read}) = error no-entry`. Only made when tracing is on, so that it
 * costs nothing when it is off: resources are shown to the guest as others, which know those behind them.
 */
export function tracedHost(host: Host, sink: TraceSink): Host {
	const shadows = new ResourceShadows(sink);
	for (const given of host.values()) shadows.learn(given);
	return new Map([...host].map(([name, given]) => [name, tracedInterface(name, given, shadows, sink)]));
}

function tracedInterface(
	name: string,
	given: HostInterface,
	shadows: ResourceShadows,
	sink: TraceSink,
): HostInterface {
	const traced: Record<string, unknown> = Object.create(null);
	const prefix = name.replace(/@.*$/, "");
	for (const [member, value] of Object.entries(given)) {
		const shadow = shadows.classFor(value);
		if (shadow !== undefined) traced[member] = shadow;
		else if (typeof value !== "function") traced[member] = value;
		else
			traced[member] = tracedCall(
				`${prefix}.${kebabCase(member)}`,
				value as Parameters<typeof tracedCall>[1],
				shadows,
				sink,
			);
	}
	return traced;
}

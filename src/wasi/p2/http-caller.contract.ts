/** Calls of wasi:http 0.2 as a component makes them, without one. */
import { parseNetRule } from "../../capability/net.ts";
import type { MemoryExchange } from "../../host/memory/http.ts";
import { systemClocks } from "../../host/node/clocks.ts";
import { systemEntropy } from "../../host/node/entropy.ts";
import { systemReadiness } from "../../host/node/readiness.ts";
import { systemWaiter } from "../../host/node/waiter.ts";
import type { HttpClient } from "../../sys/http.ts";
import { ComponentGuest } from "../component-guest.ts";
import { Descriptors } from "../descriptors.ts";
import { End } from "../end.ts";
import { ComponentError } from "../host-interface.ts";
import { preview2 } from "./host.ts";
import { serveExchange2 } from "./http-service.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- what a component would know by its types
export type Any = any;

export const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
export const text = (value: Uint8Array) => Buffer.from(value).toString();

export function guestWith(http?: HttpClient): ComponentGuest {
	return new ComponentGuest({
		args: [],
		env: new Map(),
		descriptors: new Descriptors(16),
		clocks: systemClocks(),
		entropy: systemEntropy,
		waiter: systemWaiter(),
		onEnd: () => undefined,
		readiness: systemReadiness(),
		network: undefined,
		http,
		netRules: [parseNetRule("connect=127.0.0.1:80", { where: "--net" })],
		config: new Map(),
		keyvalue: { open: () => undefined },
		log: () => undefined,
	});
}

export const typesOf = (guest: ComponentGuest): Any => preview2(guest).get("wasi:http/types@0.2");
export const handlerOf = (guest: ComponentGuest): Any =>
	preview2(guest).get("wasi:http/outgoing-handler@0.2");

/** The error of a result. */
export function errorOf(act: () => unknown): unknown {
	try {
		act();
	} catch (cause) {
		if (cause instanceof ComponentError) return cause.payload;
		throw cause;
	}
	return "none";
}

/** Why it trapped. */
export function trapOf(act: () => unknown): string | undefined {
	try {
		act();
	} catch (cause) {
		if (cause instanceof End && cause.how.type === "trap") return cause.how.reason;
		throw cause;
	}
	return undefined;
}

export function headersOf(types: Any, entries: readonly (readonly [string, string])[]): Any {
	return types.Fields.fromList(entries.map(([name, value]) => [name, bytes(value)]));
}

/** What serves one request by a function in place of a component. */
export function serve(
	handle: (types: Any, request: Any, out: Any) => void | Promise<void>,
	exchange: MemoryExchange,
	guest = guestWith(),
): void | Promise<void> {
	const call = (_interface: string | undefined, _name: string, [request, out]: readonly unknown[]) =>
		handle(typesOf(guest), request, out);
	return serveExchange2({ call }, "wasi:http/incoming-handler@0.2.12", guest, exchange);
}

export function answer(
	types: Any,
	out: Any,
	status: number,
	entries: readonly (readonly [string, string])[] = [],
): Any {
	const response = new types.OutgoingResponse(headersOf(types, entries));
	response.setStatusCode(status);
	const body = response.body();
	types.ResponseOutparam.set(out, { tag: "ok", val: response });
	return body;
}

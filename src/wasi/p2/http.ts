import type { Field } from "../../sys/http.ts";
import type { ComponentGuest } from "../component-guest.ts";
import { guardFunction } from "../guard.ts";
import type { HostFamily } from "../host-family.ts";
import { HttpFields } from "../http/fields.ts";
import { isFailure } from "../http/failures.ts";
import { FutureIncomingResponse, handleOutgoing } from "./http-answers.ts";
import { FutureTrailers, IncomingBody, OutgoingBody } from "./http-body.ts";
import { Fields } from "./http-fields.ts";
import { IncomingRequest, IncomingResponse } from "./http-incoming.ts";
import { OutgoingRequest, OutgoingResponse, RequestOptions } from "./http-outgoing.ts";
import { ResponseOutparam } from "./http-service.ts";
import type { IoError } from "./io-error.ts";

/** wasi:http 0.2. */
export const HTTP: HostFamily = {
	"wasi:http/types@0.2": (guest) => ({
		Fields: classOf(guest, Fields, () => new Fields(guest, HttpFields.empty()), {
			fromList: (entries: readonly Field[]) => Fields.listed(guest, entries),
		}),
		IncomingRequest,
		OutgoingRequest: classOf(guest, OutgoingRequest, (headers: Fields) => new OutgoingRequest(headers), {}),
		RequestOptions: classOf(guest, RequestOptions, () => new RequestOptions(guest), {}),
		ResponseOutparam: classOf(guest, ResponseOutparam, unmade, { set: ResponseOutparam.set }),
		IncomingResponse,
		IncomingBody: classOf(guest, IncomingBody, unmade, { finish: IncomingBody.finish }),
		FutureTrailers,
		OutgoingResponse: classOf(
			guest,
			OutgoingResponse,
			(headers: Fields) => new OutgoingResponse(headers),
			{},
		),
		OutgoingBody: classOf(guest, OutgoingBody, unmade, { finish: OutgoingBody.finish }),
		FutureIncomingResponse,
		httpErrorCode: ({ failure }: IoError) => (isFailure(failure.cause) ? failure.cause : undefined),
	}),
	"wasi:http/outgoing-handler@0.2": () => ({ handle: handleOutgoing }),
};

// oxlint-disable-next-line typescript/no-explicit-any -- the values of any function of a WIT
type Call = (...values: any[]) => unknown;

/**
 * A resource class as one guest has it: its constructor and its static functions know the guest, and do nothing
 * for one that has ended; its methods, and what is an instance of it, are those of the class that all guests share.
 */
function classOf(
	guest: ComponentGuest,
	shared: { readonly prototype: object },
	construct: Call,
	statics: Readonly<Record<string, Call>>,
): unknown {
	const made = guardFunction(construct, guest);
	// a function, not an arrow: it is called with `new`, and what it returns is what that makes
	const own = function (...values: unknown[]): unknown {
		return made(...values);
	};
	own.prototype = shared.prototype;
	for (const [name, call] of Object.entries(statics))
		Object.defineProperty(own, name, { value: guardFunction(call, guest) });
	return own;
}

/** Of resources that only the host makes. */
function unmade(): never {
	throw new TypeError("this resource has no constructor");
}

import type { Field, HttpFailure } from "../../sys/http.ts";
import type { HostFamily } from "../host-family.ts";
import { HttpFields } from "../http/fields.ts";
import { classOf, unmade } from "../resource-class.ts";
import type { TrailersOutcome } from "./http-body.ts";
import { sendAndAwait } from "./http-client.ts";
import { Fields } from "./http-fields.ts";
import { Request, Response } from "./http-message.ts";
import { RequestOptions } from "./http-options.ts";
import type { GuestStream, Outcome } from "./streams.ts";

type Trailers = PromiseLike<TrailersOutcome>;
type Read = PromiseLike<Outcome<HttpFailure>>;

/** wasi:http of 0.3. A service's own handler is its export; one that it imports would be another component's. */
export const HTTP: HostFamily = {
	"wasi:http/types@0.3": (guest) => ({
		Fields: classOf(guest, Fields, () => new Fields(guest, HttpFields.empty()), {
			fromList: (entries: readonly Field[]) => Fields.listed(guest, entries),
		}),
		Request: classOf(guest, Request, unmade, {
			new: (
				headers: Fields,
				contents: GuestStream | undefined,
				trailers: Trailers,
				options: RequestOptions | undefined,
			) => Request.made(guest, headers, contents, trailers, options),
			consumeBody: (request: Request, read: Read) => request.consume(read),
		}),
		RequestOptions: classOf(guest, RequestOptions, () => new RequestOptions(guest), {}),
		Response: classOf(guest, Response, unmade, {
			new: (headers: Fields, contents: GuestStream | undefined, trailers: Trailers) =>
				Response.made(guest, headers, contents, trailers),
			consumeBody: (response: Response, read: Read) => response.consume(read),
		}),
	}),
	"wasi:http/client@0.3": (guest) => ({ send: (request: Request) => sendAndAwait(guest, request) }),
};

import type { Field } from "../../sys/http.ts";
import type { HostFamily } from "../host-family.ts";
import { HttpFields } from "../http/fields.ts";
import { isFailure } from "../http/failures.ts";
import { classOf, unmade } from "../resource-class.ts";
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

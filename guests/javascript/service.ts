// wasi:http/incoming-handler by hand: answers in JSON what it was asked, and how often this instance was.
import {
	Fields,
	type IncomingRequest,
	OutgoingBody,
	OutgoingResponse,
	ResponseOutparam,
} from "wasi:http/types@0.2.12";

let requests = 0;

export const incomingHandler = {
	handle(request: IncomingRequest, out: ResponseOutparam): void {
		requests += 1;
		const answer = { method: request.method().tag, path: request.pathWithQuery(), body: textOf(request), requests };
		const headers = Fields.fromList([["content-type", new TextEncoder().encode("application/json")]]);
		const response = new OutgoingResponse(headers);
		const body = response.body();
		ResponseOutparam.set(out, { tag: "ok", val: response });
		const stream = body.write();
		stream.blockingWriteAndFlush(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
		stream[Symbol.dispose]();
		OutgoingBody.finish(body, undefined);
	},
};

function textOf(request: IncomingRequest): string {
	const stream = request.consume().stream();
	const decoder = new TextDecoder();
	let text = "";
	try {
		for (;;) text += decoder.decode(stream.blockingRead(4096n), { stream: true });
	} catch (error) {
		if ((error as { payload?: { tag?: string } }).payload?.tag !== "closed") throw error;
	}
	return text;
}

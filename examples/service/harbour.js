// The book of a harbour, as a service of WASI 0.2:
//   POST /arrivals/SHIP   counts an arrival, in the store 'harbour'
//   GET /arrivals         all ships, and how often each has come
//   GET /signals          what the signal station says: a service at the host of the configuration's 'station'
import { get as setting } from "wasi:config/store@0.2.0-rc.1";
import { handle as send } from "wasi:http/outgoing-handler@0.2.12";
import { Fields, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.12";
import { increment } from "wasi:keyvalue/atomics@0.2.0-draft2";
import { open } from "wasi:keyvalue/store@0.2.0-draft2";

export const incomingHandler = {
	handle(request, out) {
		const [status, text] = answer(request.method().tag, request.pathWithQuery() ?? "/");
		const headers = Fields.fromList([["content-type", asBytes("text/plain")]]);
		const response = new OutgoingResponse(headers);
		response.setStatusCode(status);
		const body = response.body();
		ResponseOutparam.set(out, { tag: "ok", val: response });
		const stream = body.write();
		stream.blockingWriteAndFlush(asBytes(text));
		stream[Symbol.dispose]();
		OutgoingBody.finish(body, undefined);
	},
};

function answer(method, path) {
	const [, place, ship] = path.split("/");
	if (method === "post" && place === "arrivals" && ship) return [200, arrive(ship)];
	if (method === "get" && place === "arrivals") return [200, arrivals()];
	if (method === "get" && place === "signals") return signals();
	return [404, "no such page\n"];
}

/** In one step, whoever else counts at the same time. */
function arrive(ship) {
	const times = increment(open("harbour"), ship, 1n);
	return `${ship}: ${times}\n`;
}

function arrivals() {
	const book = open("harbour");
	const { keys } = book.listKeys(undefined);
	return keys.map((ship) => `${ship}: ${asText(book.get(ship))}\n`).join("");
}

/** Asks the station, and says why when it cannot be asked. */
function signals() {
	const request = new OutgoingRequest(new Fields());
	request.setScheme({ tag: "HTTP" });
	request.setAuthority(setting("station"));
	request.setPathWithQuery("/");
	try {
		const coming = send(request, undefined);
		coming.subscribe().block();
		const { tag, val } = coming.get().val;
		return tag === "ok" ? [200, `${readAll(val)}\n`] : [502, `the station does not answer: ${val.tag}\n`];
	} catch (error) {
		return [502, `the station may not be asked: ${error.payload?.tag ?? error}\n`];
	}
}

function readAll(response) {
	const stream = response.consume().stream();
	let text = "";
	try {
		for (;;) text += asText(stream.blockingRead(4096n));
	} catch (error) {
		if (error.payload?.tag !== "closed") throw error;
		return text;
	}
}

const asBytes = (text) => new TextEncoder().encode(text);
const asText = (bytes) => new TextDecoder().decode(bytes);

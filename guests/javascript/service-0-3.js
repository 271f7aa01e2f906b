// wasi:http/handler of 0.3, for QuickJS: sends back what comes, by streams, behind a first line.
import { waitFor } from "wasi:clocks/monotonic-clock@0.3.0";
import { Fields, Request, Response } from "wasi:http/types@0.3.0";

export const handler = {
	async handle(request) {
		const first = `${request.getMethod().tag} ${request.getPathWithQuery()}\n`;
		const [body] = Request.consumeBody(request, Promise.resolve({ tag: "ok" }));
		const headers = Fields.fromList([["content-type", letters("text/plain")]]);
		const [response] = Response.new(headers, answer(first, body), Promise.resolve({ tag: "ok", val: undefined }));
		return response;
	},
};

async function* answer(first, body) {
	yield letters(first);
	for await (const bytes of body) {
		await waitFor(1_000_000);
		yield bytes;
	}
}

function letters(text) {
	return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

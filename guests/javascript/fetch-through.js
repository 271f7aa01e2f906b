/**
 * A service that asks another one by `fetch`, as programs of the web do: /?url=URL answers what that one answers, its body
 * as it comes; a body that is sent here is sent on.
 */
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
	const url = new URL(request.url).searchParams.get("url");
	try {
		const { method } = request;
		const response = await fetch(url, method === "GET" ? {} : { method, body: request.body });
		return new Response(response.body, {
			status: response.status,
			headers: { "x-type": response.headers.get("content-type") ?? "none" },
		});
	} catch (error) {
		return new Response(`${error}\n`, { status: 502 });
	}
}

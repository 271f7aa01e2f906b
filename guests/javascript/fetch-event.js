// The web's own way: an event, a Request, a Response whose body is a stream.
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
	const { pathname, searchParams } = new URL(request.url);
	if (pathname === "/hello") return new Response(`hello ${searchParams.get("name")}\n`);
	if (pathname === "/upper") return new Response((await request.text()).toUpperCase(), { status: 201, headers: { "x-by": "wherry" } });
	return new Response("no such path\n", { status: 404 });
}

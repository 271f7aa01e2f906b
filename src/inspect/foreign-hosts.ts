/** Hosts beside WASI, as their imports give them away: JavaScript above all, whose functions can do what its host can. */
import type { Row } from "./capabilities.ts";
import type { Capability } from "./report.ts";

const asks =
	(modules: RegExp, host: string) =>
	(capability: Capability, says: string, names?: RegExp): Row => ({
		modules,
		...(names !== undefined && { names }),
		capability,
		says,
		grant: undefined,
		host,
	});

const neural = asks(/^wasi_(?:ephemeral_)?nn$/, "wasi-nn");
const threads = asks(/^wasi$/, "wasi-threads");
const go = asks(/^(?:gojs|go)$/, "Go for JavaScript");
const bindgen = asks(/^(?:wbg|__wbindgen_.*|\.\/.*_bg(?:\.js|\.wasm)?)$/, "wasm-bindgen");
const napi = asks(/^(?:env|emnapi|napi)$/, "napi");
const emscripten = asks(/^env$/, "emscripten");
const ruby = asks(/^(?:rb-js-abi-host|canonical_abi)$/, "ruby.wasm");

/** The stem of a name that wasm-bindgen made: `__wbg_fetch_5a7c...`. */
const stem = (words: string) => new RegExp(`^__wbg_(?:static_accessor_)?(?:${words})_[0-9a-f]+$`);

const THROUGH_GO = "through Go's wasm_exec.js";
const BY_BINDGEN = "by the names that wasm-bindgen gave to JavaScript";
const BY_EMSCRIPTEN = "through emscripten's JavaScript";

/** A platform of its own, whose functions wherry does not have. */
const platform = (modules: RegExp, host: string, names?: RegExp): Row =>
	asks(modules, host)("another host", `calls functions of ${host}`, names);

/** What a component's world names beside WASI. */
const own = (modules: RegExp, names?: RegExp): Row =>
	asks(modules, "its own world")(
		"its own interfaces",
		"calls interfaces that whoever runs it has to bring",
		names,
	);

/** From the surest to the vaguest: the first that fits counts. */
export const FOREIGN_ROWS: readonly Row[] = [
	neural("machine learning", "runs models of machine learning"),
	threads("threads", "starts threads", /^thread-spawn$/),

	go("randomness", `gets random bytes, ${THROUGH_GO}`, /^runtime\.getRandomData$/),
	go(
		"clocks",
		`reads clocks and waits, ${THROUGH_GO}`,
		/^runtime\.(?:nanotime1?|walltime1?|(?:schedule|clear)TimeoutEvent|ticks|sleepTicks)$/,
	),
	go("standard streams", `writes to standard streams, ${THROUGH_GO}`, /^runtime\.wasmWrite$/),
	go("processes", `ends itself, ${THROUGH_GO}`, /^runtime\.wasmExit$/),
	go("javascript", `reads, changes and calls anything in JavaScript, ${THROUGH_GO}`, /^syscall\/js\./),
	go("javascript", `calls JavaScript ${THROUGH_GO}`),

	bindgen("http", `sends requests by HTTP, ${BY_BINDGEN}`, stem("fetch|XMLHttpRequest")),
	bindgen("network", `opens connections, ${BY_BINDGEN}`, stem("WebSocket|WebTransport|RTCPeerConnection")),
	bindgen(
		"randomness",
		`gets random bytes, ${BY_BINDGEN}`,
		stem("getRandomValues|randomFillSync|crypto|msCrypto|random"),
	),
	bindgen(
		"clocks",
		`reads clocks and waits, ${BY_BINDGEN}`,
		stem("now|getTime|performance|setTimeout|setInterval|clearTimeout|clearInterval"),
	),
	bindgen("javascript", "calls JavaScript that wasm-bindgen writes"),

	napi("javascript", "calls JavaScript by Node-API", /^_?(?:napi|emnapi)_/),

	emscripten(
		"network",
		`connects, listens, and looks up names, ${BY_EMSCRIPTEN}`,
		/^(?:__syscall_(?:socket|connect|bind|listen|accept|send|recv|get(?:sock|peer)|shutdown)|emscripten_websocket_|_emscripten_lookup_name)/,
	),
	emscripten("http", `sends requests by HTTP, ${BY_EMSCRIPTEN}`, /^emscripten_(?:fetch|wget|async_wget)/),
	emscripten(
		"files",
		`opens, reads, writes and removes files, ${BY_EMSCRIPTEN}`,
		/^(?:__syscall_|_m(?:un)?map_js$|_msync_js$)/,
	),
	emscripten(
		"clocks",
		`reads clocks and waits, ${BY_EMSCRIPTEN}`,
		/^(?:emscripten_(?:get_now|date_now|sleep)|_(?:tzset|localtime|gmtime|mktime|timegm|setitimer)_js$|_emscripten_get_now)/,
	),
	emscripten(
		"processes",
		`ends itself, ${BY_EMSCRIPTEN}`,
		/^(?:_abort_js|emscripten_force_exit|__assert_fail|__handle_stack_overflow)$/,
	),
	emscripten("randomness", `gets random bytes, ${BY_EMSCRIPTEN}`, /^(?:getentropy|_?emscripten_random)$/),
	emscripten(
		"threads",
		`starts threads, ${BY_EMSCRIPTEN}`,
		/^(?:__pthread_create_js|_?emscripten_(?:thread|init_main_thread|receive_on_main_thread)\w*)$/,
	),
	emscripten(
		"javascript",
		"calls the JavaScript that emscripten writes",
		/^(?:emscripten_|_emscripten|invoke_|__cxa_|_embind|_emval|_dlopen_js|_dlsym_js|__asyncjs|__call_sighandler)/,
	),
	asks(/^a$/, "emscripten (minified)")(
		"javascript",
		"calls JavaScript under names that a minifier made",
		/^[A-Za-z0-9_$]{1,2}$/,
	),

	ruby("javascript", "calls JavaScript through ruby.wasm's bridge"),
	asks(/^wasm:(?:js|text)-/, "JavaScript")("javascript", "uses JavaScript's strings"),
	asks(/^(?:js_code|\.{0,2}\/.*\.m?js)$/, "JavaScript")(
		"javascript",
		"calls functions of JavaScript modules",
	),
	asks(/^env$/, ".NET for JavaScript")("javascript", "calls JavaScript through .NET's runtime", /^mono_/),
	asks(/^env$/, "AssemblyScript")(
		"javascript",
		"calls JavaScript through AssemblyScript's loader",
		/^(?:abort|seed|trace|(?:console|Date|Math|performance|process|crypto|document)\..*)$/,
	),

	platform(/^env$/, "proxies (proxy-wasm)", /^proxy_/),
	platform(/^wasix_(?:32|64)v\d+$/, "WASIX"),
	platform(/^fastly_/, "Fastly Compute"),
	platform(/^(?:fermyon:|spin_|wasi-outbound-http$)/, "Spin"),
	platform(/^extism:host\//, "Extism"),
	platform(/^wasi_(?:ephemeral|experimental)_/, "an experimental WASI"),

	asks(/^__main_module__$/, "components")("its own interfaces", "calls the module that it adapts"),
	asks(/^(?:\$root|\[export\].*)$/, "components")(
		"its own interfaces",
		"handles tasks, streams and resources of components",
		/^\[/,
	),
	own(/^(?:[a-z0-9-]+:[a-z0-9:-]+\/[^ ]*|\$root)$/),
	own(/^[a-z][a-z0-9-]*$/, /^$/),
];

import {
	cat,
	custom,
	each,
	END,
	exportOf,
	I32,
	importOf,
	leb,
	name,
	program,
	section,
	sized,
	text,
	times,
	type,
	vector,
} from "./bytes.ts";

/** What a function of a compiler looks like, more or less: 62 bytes. */
function ordinaryBody(at: number, next: number): Uint8Array<ArrayBuffer> {
	return sized(
		[1, 2, I32],
		[0x20, 0, 0x41, ...leb(at & 0x3f), 0x6a, 0x21, 1, 0x02, 0x40, 0x03, 0x40, 0x20, 1, 0x45, 0x0d, 1],
		[0x20, 1, 0x20, 0, 0x28, 2, 8, 0x6b, 0x22, 1, 0x41, 4, 0x4f, 0x0d, 0, END, END],
		[0x20, 0, 0x20, 1, 0x36, 2, 0, 0x20, 1, 0x10],
		leb(next),
		[0x1a, 0x20, 0, 0x2d, 0, 3, END],
	);
}

/** An ordinary program of about this size: code, data, names, an import that some of it calls. */
export function ordinary(size_bytes: number): Uint8Array<ArrayBuffer> {
	const functions = Math.ceil(size_bytes / 100);
	const index = (at: number) => 1 + ((at * 7) % functions);
	return program({
		types: [type([I32], [I32])],
		imports: [importOf("wasi_snapshot_preview1", "fd_close", [0, 0])],
		middle: [section(5, [1, 0, 1])],
		functions: Array.from(
			{ length: functions },
			(_, at) => [0, ordinaryBody(at, at % 50 === 0 ? 0 : index(at))] as const,
		),
		exports: vector(
			20,
			each(20, (at) => exportOf(`export${at}`, 0, at + 1)),
		),
		after: [
			section(
				11,
				vector(
					1,
					[0, 0x41, 0, END],
					sized(
						times(
							Math.ceil(size_bytes / 600),
							text("What a program says, at a.example.com, of 12 files.\n\0"),
						),
					),
				),
			),
			custom(
				"name",
				[1],
				sized(
					leb(functions),
					each(functions, (at) => cat(leb(at + 1), name(`function_${at}`))),
				),
			),
		],
	});
}

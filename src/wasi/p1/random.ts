import { Errno } from "../../sys/errno.ts";
import { hostFunction } from "./function.ts";

export const random_get = hostFunction(
	"random_get",
	[["buf", "buffer"]],
	({ guest, memory }, pointer: number, length: number) => {
		const bytes = memory.span(pointer, length);
		if (bytes === undefined) return Errno.FAULT;
		guest.world.entropy.fill(bytes);
		return Errno.SUCCESS;
	},
);

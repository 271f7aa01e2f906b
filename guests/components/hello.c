/* What wat/hello does, as a component: it says hello by wasi:cli 0.2. */
#include "wasi.h"

EXPORT("wasi:cli/run@0.2.6#run") int run(void) {
	write_text(get_stdout(), "hello\n");
	return 0;
}

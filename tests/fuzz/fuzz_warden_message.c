/* Feeds bytes to the warden's judge of messages, as a portal gone wrong would. */
#include <string.h>

#include "base/str.h"
#include "warden/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	union {
		struct wire_head head;
		struct pw_ws ws;
		uint8_t bytes[WIRE_MAX];
	} m;
	if (size < 1 || size - 1 > sizeof m)
		return 0;
	memcpy(m.bytes, data + 1, size - 1);
	if (message_check(&m, size - 1, data[0] % 8, &e) != OK) {
		/* A refusal says why. */
		if (!e.text[0] || e.code != E_INPUT)
			__builtin_trap();
		return 0;
	}
	message_name(m.head.type);
	/* What passed can be used without another look. */
	if (m.head.type == PW_WS_OPEN)
		for (uint32_t i = 0; i < m.ws.n_members; i++)
			if (strnlen(m.ws.members[i].name, sizeof m.ws.members[i].name) >
				PW_LOGIN_MAX)
				__builtin_trap();
	return 0;
}

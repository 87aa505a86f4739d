#include "model/verdict.h"

void verdict_free(struct verdict *verdict)
{
	if (verdict)
		arena_free(verdict->mem); /* the verdict itself lies in it */
}

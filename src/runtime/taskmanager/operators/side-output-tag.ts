// Duty: the id of the side output that a function writes to.
// Thread: the task worker that owns the operator.
import type { OutputTag } from '../../../api/functions/output-tag.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { ReasonError } from '../../../core/errors/reason-error.js'

/** Plain JavaScript may give something else. `call`: what was given it. */
export function tagIdOf(outputTag: OutputTag<unknown>, call = 'ctx.output'): string {
  if (hasMethods(outputTag, 'getId')) return outputTag.getId()
  throw new ReasonError(`${call} takes an OutputTag before the record, not ${describeValue(outputTag)}`)
}

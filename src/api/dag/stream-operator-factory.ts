/**
 * Makes an operator that has no kind of its own in the plan. The engine hands over what its own operators are made with; a
 * factory that belongs to the engine knows these types, api does not.
 */
export interface StreamOperatorFactory {
  createStreamOperator(binding: unknown, context: unknown): object
}

/** Of a sink with this prefix; of any where there is none. */
export function isOfPrefix(prefix: string | undefined): (transactionalId: string) => boolean {
  return (transactionalId) =>
    prefix === undefined ||
    (transactionalId.startsWith(`${prefix}-`) && /^\d+-\d+$/.test(transactionalId.slice(prefix.length + 1)))
}

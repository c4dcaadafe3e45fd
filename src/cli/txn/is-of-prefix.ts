import { partsOfTransactionalId } from '../../connectors/kafka/sink/transactional-id.js'

/** Of a sink with this prefix; of any where there is none. */
export function isOfPrefix(prefix: string | undefined): (transactionalId: string) => boolean {
  return (transactionalId) => prefix === undefined || partsOfTransactionalId(prefix, transactionalId) !== undefined
}

/** Why a text is no value of its type; configuration.ts adds key and place. */
export class ValueFormatError extends Error {
  override readonly name: string = 'ValueFormatError'
}

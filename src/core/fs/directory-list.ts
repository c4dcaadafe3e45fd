import path from 'node:path'

/** As Flink reads lists of local directories: separated by a comma, a bar or what separates the entries of a PATH. */
export function directoriesIn(text: string | undefined): readonly string[] {
  const places = (text ?? '').split(new RegExp(`[,|${path.delimiter}]`)).map((place) => place.trim())
  return places.filter((place) => place !== '')
}

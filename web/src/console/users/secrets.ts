/** Passwords that a browser makes, and the last moment of a day in the city. */
import { momentOf } from '@/shared/format'

/** Without characters that are read as one another. */
export const LETTERS = 'abcdefghijkmnpqrstuvwxyz'
const CAPITALS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'
export const ALPHABET = LETTERS + CAPITALS + DIGITS
const GROUPS = 4
const SIZE = 5

/** An even choice below `limit`: what would favour the first ones is thrown again. */
function below(limit: number): number {
  const most = Math.floor(256 / limit) * limit
  const byte = new Uint8Array(1)
  do crypto.getRandomValues(byte)
  while ((byte[0] ?? 0) >= most)
  return (byte[0] ?? 0) % limit
}

/** Twenty characters of 56 in four groups (116 bits), with every kind among them: easy to read out, hard to guess. */
export function strongPassword(): string {
  for (;;) {
    const characters = Array.from({ length: GROUPS * SIZE }, () => ALPHABET[below(ALPHABET.length)] ?? '')
    if (![LETTERS, CAPITALS, DIGITS].every((kind) => characters.some((one) => kind.includes(one)))) continue
    return Array.from({ length: GROUPS }, (_, at) => characters.slice(at * SIZE, (at + 1) * SIZE).join('')).join('-')
  }
}

/** The last second of a day (2026-12-31) in the city; null without a day. */
export const endOfDay = (day: string): string | null => momentOf(`${day} 23:59:59`)

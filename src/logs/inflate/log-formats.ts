/*
 * Recognises formats by the first bytes of a file. Strings in this source file are bytes, with one character for each byte.
 */

/** A file format that is not text. */
export interface BinaryFormat {
  readonly name: string;
  /** True if the format is a compression that Node cannot inflate. */
  readonly isCompression: boolean;
}

/** The number of bytes from the start of a file that are enough to recognise every format. */
export const HEAD_BYTES = 512;

interface Signature {
  readonly name: string;
  readonly head: string | RegExp;
}

const compressions: readonly Signature[] = [
  { name: "bzip2", head: /^BZh[1-9]1AY&SY/ },
  // bzip2 data of an empty file.
  { name: "bzip2", head: /^BZh[1-9].E8P\x90/ },
  { name: "xz", head: "\xfd7zXZ\0" },
  { name: "LZMA", head: "]\0\0" },
  { name: "lzip", head: "LZIP\x01" },
  { name: "LZ4", head: "\x04\x22M\x18" },
  { name: "LZ4", head: "\x02\x21L\x18" },
  { name: "lzop", head: "\x89LZO\0\r\n" },
  { name: "compress (.Z)", head: "\x1f\x9d" },
  { name: "snappy", head: "\xff\x06\0\0sNaPpY" },
  { name: "zip", head: "PK\x03\x04" },
  { name: "zip", head: "PK\x05\x06" },
  { name: "7z", head: "7z\xbc\xaf\x27\x1c" },
  { name: "RAR", head: "Rar!\x1a\x07" },
];

const others: readonly Signature[] = [
  { name: "tar", head: /^.{257}ustar/s },
  { name: "cpio", head: /^07070[12][0-9A-Fa-f]{104}/ },
  { name: "ar", head: "!<arch>\n" },
  { name: "RPM", head: "\xed\xab\xee\xdb" },
  { name: "PDF", head: "%PDF-" },
  { name: "PNG", head: "\x89PNG\r\n\x1a\n" },
  { name: "JPEG", head: "\xff\xd8\xff" },
  { name: "GIF", head: /^GIF8[79]a/ },
  { name: "TIFF", head: "II*\0" },
  { name: "TIFF", head: "MM\0*" },
  { name: "WebP", head: /^RIFF.{4}WEBPVP8/s },
  { name: "WAVE", head: /^RIFF.{4}WAVEfmt /s },
  { name: "MP4", head: /^.{4}ftyp(isom|iso2|mp4[12]|avc1|qt |M4[AV] )/s },
  { name: "Matroska", head: "\x1aE\xdf\xa3" },
  { name: "Ogg", head: "OggS\0" },
  { name: "ELF", head: "\x7fELF" },
  { name: "Mach-O", head: "\xcf\xfa\xed\xfe" },
  { name: "Java class", head: "\xca\xfe\xba\xbe" },
  { name: "Windows executable", head: "MZ\x90\0" },
  { name: "minidump", head: "MDMP\x93\xa7" },
  { name: "WebAssembly", head: "\0asm\x01\0\0\0" },
  { name: "SQLite", head: "SQLite format 3\0" },
  { name: "OLE", head: "\xd0\xcf\x11\xe0" },
  { name: "Parquet", head: "PAR1\x15" },
  { name: "UTF-32", head: "\xff\xfe\0\0" },
  { name: "UTF-32", head: "\0\0\xfe\xff" },
];

/** Returns the format that the first bytes of a file indicate; null for text, and for formats without a signature. */
export function binaryFormat(head: Buffer): BinaryFormat | null {
  const bytes = head.toString("latin1", 0, HEAD_BYTES);
  const shows = ({ head: expected }: Signature): boolean =>
    typeof expected === "string" ? bytes.startsWith(expected) : expected.test(bytes);
  const compression = compressions.find(shows);
  if (compression !== undefined) return { name: compression.name, isCompression: true };
  const other = others.find(shows);
  return other === undefined ? null : { name: other.name, isCompression: false };
}

/** Returns whether data begins with a zlib header for deflate, of any window and level, without a preset dictionary. */
export function beginsAsZlib(head: Buffer): boolean {
  const [method = 0, flags = 0] = head;
  return (
    (method & 0x0f) === 8 && method >> 4 <= 7 && (flags & 0x20) === 0 && (method * 256 + flags) % 31 === 0
  );
}

/** Returns whether data begins with a zstd frame, or with a skippable frame, which may come before it. */
export function beginsAsZstd(head: Buffer): boolean {
  const bytes = head.toString("latin1", 0, 4);
  return bytes === "(\xb5/\xfd" || (/^[P-_]\*M/.test(bytes) && bytes[3] === "\x18");
}

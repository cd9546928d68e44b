/**
 * Returns the URL of a file or folder of the package, such as `schemas/pulse-job.yml`. The path of a folder ends in `/`. Only this file
 * knows where the package begins: one folder above this file, both in `src/` and in `dist/`, into which the build bundles everything.
 */
export function packageFile(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

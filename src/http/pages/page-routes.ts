import type { FastifyPluginAsync } from "fastify";
import type { IsTrusted } from "../server/client-address.ts";
import { gridRoutes } from "./grid/grid-routes.tsx";
import { homeRoutes } from "./grid/home-routes.tsx";
import { helpRoutes } from "./help-routes.tsx";
import { jobRoutes } from "./job-routes.tsx";
import { logRoutes } from "./log-routes.tsx";
import { operateRoutes } from "./operate/operate-routes.tsx";
import { rejectionRoutes } from "./operate/rejection-routes.tsx";
import type { PageParts } from "./page-parts.ts";
import { publishRoutes } from "./publish/publish-routes.tsx";
import { validateRoutes } from "./publish/validate-routes.tsx";
import { lightRoutes } from "./serve/light-routes.ts";

/** All pages with their JSON. A new page is a new row. */
export const pageRoutes: readonly ((parts: PageParts, isTrusted: IsTrusted) => FastifyPluginAsync)[] = [
  homeRoutes,
  gridRoutes,
  jobRoutes,
  helpRoutes,
  lightRoutes,
  logRoutes,
  publishRoutes,
  validateRoutes,
  operateRoutes,
  rejectionRoutes,
];

import type { FastifyPluginAsync } from "fastify";
import { gridRoutes } from "./grid-routes.tsx";
import { helpRoutes } from "./help-routes.tsx";
import { homeRoutes } from "./home-routes.tsx";
import { jobRoutes } from "./job-routes.tsx";
import { lightRoutes } from "./light-routes.ts";
import { logRoutes } from "./log-routes.tsx";
import { operateRoutes } from "./operate-routes.tsx";
import type { PageParts } from "./page-parts.ts";
import { publishRoutes } from "./publish-routes.tsx";
import { rejectionRoutes } from "./rejection-routes.tsx";
import { validateRoutes } from "./validate-routes.tsx";

/** All pages with their JSON. A new page is a new row. */
export const pageRoutes: readonly ((parts: PageParts) => FastifyPluginAsync)[] = [
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

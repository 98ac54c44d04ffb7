/** The parts of ECharts we use, in a chunk of their own. */
import { CustomChart, GraphChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as core from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

core.use([LineChart, CustomChart, SankeyChart, GraphChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export const init = core.init;
export type { ComposeOption, ECharts } from "echarts/core";

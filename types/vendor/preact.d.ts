// What counter/static/vendor/preact.js holds: htm's standalone build of Preact with its hooks.

import type { VNode } from "preact";

export { Component, createContext, h, render } from "preact";
export type { ComponentChildren, RefObject, VNode } from "preact";
export {
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;

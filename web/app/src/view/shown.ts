import { createContext, useContext } from 'react';

const ShownContext = createContext(true);

export const ShownProvider = ShownContext.Provider;

/**
 * Whether the pane that this component is in can be seen. The last conversations stay mounted behind the open one;
 * what is not seen must not be marked as read, nor take the focus or the keyboard.
 */
export const useIsShown = () => useContext(ShownContext);

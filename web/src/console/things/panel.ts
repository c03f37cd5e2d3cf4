export default { thing: () => import('./ThingPanel.vue') }

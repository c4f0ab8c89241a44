// Shows the document as it is served, but sends "Execute" to this mock: the document's servers may be elsewhere.
const place = document.getElementById("swagger-ui");
const root = new URL(".", document.baseURI).href.replace(/\/$/, "");

fetch("openapi.json")
  .then((answer) => answer.json())
  .then((spec) => {
    const servers = JSON.parse(place.dataset.basePaths).map((path) => ({ url: root + path, description: "This mock" }));
    window.ui = SwaggerUIBundle({
      spec: { ...spec, servers },
      domNode: place,
      deepLinking: true,
      persistAuthorization: true,
      tryItOutEnabled: true,
      validatorUrl: null,
    });
  });
